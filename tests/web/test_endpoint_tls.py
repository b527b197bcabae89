"""An endpoint over TLS: its name goes into SNI, Host and the check of its certificate."""

import asyncio
import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from endpoint_server import serving, well
from test_endpoint_addresses import names

from lpu_engine import Message
from playground.endpoints import transport
from playground.endpoints.addresses import ANYWHERE, resolve
from playground.endpoints.client import Ask, Endpoint, Failure, Limits, stream

ASK = Ask((Message("user", "Hi"),))


def write_certificate(folder: Path, name: str) -> Path:
    """A certificate for a name, signed by itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "certificate.pem"
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, *plain))
    return path


@pytest.mark.parametrize(
    ("name", "is_trusted"), [("gpu.lan", True), ("gpu.lan", False), ("other.lan", True)]
)
async def test_the_connection_goes_to_the_address_and_asks_for_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_trusted: bool
) -> None:
    """Only a certificate for that name, by somebody who is trusted, is good enough."""
    certificate, is_good = write_certificate(tmp_path, name), name == "gpu.lan" and is_trusted
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    asked_for: list[str | None] = []
    server.sni_callback = lambda _, name, __: asked_for.append(name)
    if is_trusted:
        trusting = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr(transport, "_ssl_context", lambda: trusting)
    async with serving(well(), tls=server) as served:
        names(monkeypatch, gpu_lan=["127.0.0.1"], **{"127_0_0_1": ["127.0.0.1"]})
        url = served.url.replace("http://127.0.0.1", "https://gpu.lan")
        endpoint = Endpoint(await resolve(url, ANYWHERE), "m", "sk-secret")
        if is_good:
            assert [piece async for piece in stream(endpoint, ASK, Limits())][-1].ending == "stop"
        else:
            with pytest.raises(Failure, match="certificate does not hold") as failed:
                await anext(stream(endpoint, ASK, Limits()))
            assert failed.value.code == "insecure"
        await asyncio.sleep(0)
    assert asked_for == ["gpu.lan"]
    hosts = [asked.headers["host"] for asked in served.asked]
    assert hosts == ([url.removeprefix("https://")] if is_good else [])


async def test_one_that_knows_http_alone_is_told_so() -> None:
    async def speaks_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(speaks_plainly, "127.0.0.1", 0) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        endpoint = Endpoint(await resolve(url, ANYWHERE), "m", "")
        with pytest.raises(Failure, match="may know http:// alone") as failed:
            await anext(stream(endpoint, ASK, Limits()))
    assert failed.value.code == "insecure"
