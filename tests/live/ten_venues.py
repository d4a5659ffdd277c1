"""Ten simulated venues behind TLS in a process of their own, with accounts for throw-away keys:
what the tests of trading live begin with."""
import base64
import pathlib
import socket
import subprocess
import urllib.parse

KEYS = {
    "BINANCE_API_KEY": "canarybinancekey0123456789",
    "BINANCE_API_SECRET": "canarybinancesecret9876543210",
    "OKX_API_KEY": "canary-okx-key-0123456789",
    "OKX_API_SECRET": "CANARYOKXSECRET9876543210",
    "OKX_PASSPHRASE": "CanaryPhrase1",
    "HYPERLIQUID_PRIVATE_KEY":
        "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318",
    "HYPERLIQUID_ACCOUNT_ADDRESS": "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e",
    "PARADEX_L2_PRIVATE_KEY": "0x543b6cf6c91817a87174aaea4fb370ac1c694e864d7740d728f8344d53e815",
    "PARADEX_ACCOUNT_ADDRESS": "0x129c135ed63df9353885e292be4426b8ed6122b13c6c0e1bb787288a1f5adfa",
    "EXTENDED_API_KEY": "canaryextendedapikey",
    "EXTENDED_STARK_PRIVATE_KEY": "0x7a7ff6fd3cab02cc",
    "EXTENDED_VAULT_NUMBER": "10002",
    "LIGHTER_PRIVATE_KEY":
        "3f135631ba2a32926e1d5747c7a36f69a84ded4c85b398b55fcd4156fb7193bcdfc6d0e9449f1f05",
    "LIGHTER_ACCOUNT_INDEX": "715085",
    "LIGHTER_API_KEY_INDEX": "5",
    "EDGEX_ACCOUNT_ID": "543429922991899150",
    "EDGEX_API_KEY": "6e3f0a52-throw-away-0001",
    "EDGEX_API_SECRET": "throw-away-secret-0123456789abcdef",
    "EDGEX_API_PASSPHRASE": "throwAwayPassphrase",
    "EDGEX_PRIVATE_KEY": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "BACKPACK_API_KEY": "vfByFuH0rHfDCRwacmX3JqyKlht7lqwNja1o517PCAc=",
    "BACKPACK_API_SECRET": "dGhyb3ctYXdheSBzZWVkIG9mIGEgdGVzdCwgbm8uIDE=",
    "GRVT_API_KEY": "canarygrvtapikey",
    "GRVT_PRIVATE_KEY": "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318",
    "GRVT_TRADING_ACCOUNT_ID": "2147050003876484",
    "ASTER_USER_ADDRESS": "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e",
    "ASTER_SIGNER_PRIVATE_KEY":
        "0x4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1",
}
OPEN = {"EXTENDED_VAULT_NUMBER", "LIGHTER_ACCOUNT_INDEX", "LIGHTER_API_KEY_INDEX",
        "EDGEX_ACCOUNT_ID", "GRVT_TRADING_ACCOUNT_ID", "HYPERLIQUID_ACCOUNT_ADDRESS",
        "PARADEX_ACCOUNT_ADDRESS", "ASTER_USER_ADDRESS"}  # may be shown
VENUES = ("binance", "okx", "hyperliquid", "backpack", "edgex", "grvt", "aster", "paradex",
          "extended", "lighter")


class Simulator:
    """`perpdesk sim` on the recording at `demo`; everything it needs lies in `folder`."""

    def __init__(self, program, demo, folder, *options):
        self.folder = pathlib.Path(folder)
        self.keys = self.folder / "keys.env"
        self.authority = self.folder / "ca.pem"
        self.control = self.folder / "sim.sock"
        self.write_keys(KEYS)
        self.process = subprocess.Popen(
            [program, "sim", demo, "--tls", "--authority", self.authority, "--now", "--accounts",
             self.keys, "--control", self.control, *options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        rows = [self.process.stdout.readline().split() for _ in VENUES]
        self.names = [name for name, _, _ in rows]
        self.endpoints = [f"ca_file = {self.authority}"]
        for name, ws, rest in rows:
            self.endpoints += [f"{name}_ws = {ws}", f"{name}_rest = {rest}"]

    def write_keys(self, keys):
        self.keys.write_text("".join(f"{name}={value}\n" for name, value in keys.items()))
        self.keys.chmod(0o600)

    def write_config(self, *sections):
        """The configuration of a desk at these venues, with further sections' lines."""
        path = self.folder / "desk.ini"
        path.write_text("\n".join([*sections, "[endpoints]", *self.endpoints, ""]))
        return path

    def order(self, line):
        """A line to the control socket; what it answers before `ok`."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(30)
            link.connect(str(self.control))
            link.sendall(line.encode() + b"\n")
            answer = b""
            while not answer.endswith(b"ok\n"):
                part = link.recv(65536)
                if not part or b"error: " in answer + part:
                    raise RuntimeError(f"{line}: {(answer + part).decode()}")
                answer += part
        return answer.decode()[:-len("ok\n")]

    def accounts(self):
        """What each venue's account has: {"okx": {"orders": "2", ..., "BTC/USDT": "0"}}."""
        rows = [row.split() for row in self.order("accounts").splitlines()]
        return {row[0]: dict(zip(row[1::2], row[2::2])) for row in rows}

    def stop(self):
        self.process.terminate()
        self.process.wait()


def spellings(value):
    """A secret as it is, and as it may come out of somebody's hands."""
    data = value.encode()
    bare = value.removeprefix("0x")
    return {value, bare, bare.upper(), data.hex(), data.hex().upper(),
            urllib.parse.quote(value, ""), base64.b64encode(data).decode().rstrip("="), value[::-1]}


def leaked(text, keys=KEYS):
    """Names of the secrets that are in it, in any spelling."""
    return [name for name, value in keys.items()
            if name not in OPEN and any(spelling in text for spelling in spellings(value))]
