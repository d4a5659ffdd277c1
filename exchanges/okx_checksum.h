// The checksum OKX sent with its books until 2026: CRC-32 over the best 25 levels of each side.
//
// Production sends 0 since 2026-06-23, which means that there is none; one that is sent is checked,
// and recordings that carry it prove the decoder and the book level by level.
#ifndef PERPDESK_EXCHANGES_OKX_CHECKSUM_H
#define PERPDESK_EXCHANGES_OKX_CHECKSUM_H

#include "market/book.h"

// Of a book in base units; prices and sizes are printed in their shortest form, as OKX sends them.
// `contract` must be positive.
int32_t okx_checksum(const struct book *book, struct qty contract);

#endif
