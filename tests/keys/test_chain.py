"""The key chain fails closed: a key is made once, kept for its owner alone, and never replaced behind one's back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atendente_tui import secrets
from atendente_tui.keys import chain, wrapping
from atendente_tui.secrets import SecretsError
from tests.keys.file_ring import trusted_ring


def test_without_a_keyring_the_error_names_the_alternatives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    import keyring
    from keyring.backends import fail

    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    try:
        with pytest.raises(SecretsError) as caught:
            chain.store_key(tmp_path / "store")
        assert "ATENDENTE_STORE_KEY_FILE" in str(caught.value)
        assert "encryption" in str(caught.value)
        with pytest.raises(SecretsError, match="ATENDENTE_TOKEN"):
            secrets.keep_backend_secret("rt", "ana", "x")
        assert secrets.backend_secret("rt", "ana") is None
    finally:
        keyring.set_keyring(before)


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "keys" / "store.key"
    monkeypatch.setenv("ATENDENTE_STORE_KEY_FILE", str(file))
    key, place, said = chain.store_key(tmp_path / "store")
    assert place.kind == "file"
    assert len(key) == 32
    assert said is not None
    assert str(file) in said
    assert file.stat().st_mode & 0o777 == 0o600
    again = chain.store_key(tmp_path / "store")
    assert (again.key, again.made) == (key, None)


def test_a_lost_key_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATENDENTE_STORE_KEY_FILE", str(tmp_path / "gone.key"))
    store = tmp_path / "store"
    store.mkdir()
    (store / "store.db").write_bytes(b"x")
    with pytest.raises(SecretsError, match=r"gone\.key"):
        chain.store_key(store)
    assert not (tmp_path / "gone.key").exists()


@pytest.mark.parametrize("content", ["", "zz" * 32, "ab" * 31])
def test_a_bad_key_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    file = tmp_path / "bad.key"
    file.write_text(content)
    file.chmod(0o600)
    monkeypatch.setenv("ATENDENTE_STORE_KEY_FILE", str(file))
    with pytest.raises(SecretsError, match=r"bad\.key"):
        chain.store_key(tmp_path / "store")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_key_others_can_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "open.key"
    file.write_text("ab" * 32)
    file.chmod(0o644)
    monkeypatch.setenv("ATENDENTE_STORE_KEY_FILE", str(file))
    with pytest.raises(SecretsError, match="0644"):
        chain.store_key(tmp_path / "store")


def test_the_environment_s_token_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATENDENTE_TOKEN", "t")
    assert secrets.backend_secret("rt", "ana") == "t"


def test_what_encrypts_for_nobody_is_never_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """fail and null, plain text, and a chain with one of these in it."""
    import keyring
    from keyring.backends import SecretService, chainer, fail, null

    class Mixed(chainer.ChainerBackend):
        backends = [SecretService.Keyring.__new__(SecretService.Keyring), null.Keyring()]  # type: ignore[assignment]

    class PlainText(null.Keyring):
        pass

    class Empty(chainer.ChainerBackend):
        backends = []  # type: ignore[assignment]

    for one in (fail.Keyring(), null.Keyring(), PlainText(), Mixed(), Empty()):
        monkeypatch.setattr(keyring, "get_keyring", lambda one=one: one)
        assert secrets.ring() is None, type(one)
        with pytest.raises(SecretsError, match="atendente key passphrase"):
            chain.store_key(tmp_path / "store")


def test_a_keyring_gets_a_key_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = trusted_ring(tmp_path / "ring.json", monkeypatch)
    found = chain.store_key(tmp_path / "store")
    assert found.place.kind == "keyring"
    assert found.made is not None
    assert found.key.hex() in ring.path.read_text()
    assert found.key.hex() not in found.made
    assert chain.store_key(tmp_path / "store").key == found.key
    assert chain.store_key(tmp_path / "other").key != found.key


def test_a_keyring_that_forgets_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = trusted_ring(tmp_path / "ring.json", monkeypatch)
    monkeypatch.setattr(ring, "set_password", lambda *_: None)
    with pytest.raises(SecretsError, match="não guardou"):
        chain.store_key(tmp_path / "store")


PASSPHRASE = "açaí com granola às sete"


def closed_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str) -> None:
    file = tmp_path / "passphrase"
    file.write_text(said + "\n")
    file.chmod(0o600)
    monkeypatch.setenv("ATENDENTE_PASSPHRASE_FILE", str(file))


@pytest.mark.parametrize("named", [True, False])
def test_a_key_under_a_passphrase(named: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrapping, "MEMORY", 1_024)
    store = tmp_path / "store"
    if named:
        monkeypatch.setenv("ATENDENTE_STORE_KEY_FILE", str(tmp_path / "named.key"))
    place = chain.under_passphrase(store)
    place.close_with(b"k" * 32, PASSPHRASE)
    assert (b"k" * 32).hex() not in place.path.read_text()
    assert place.path.stat().st_mode & 0o777 == 0o600
    closed_with(monkeypatch, tmp_path, PASSPHRASE)
    found = chain.store_key(store)
    assert (found.key, found.place.kind) == (b"k" * 32, "passphrase")
    before = place.path.read_bytes()
    closed_with(monkeypatch, tmp_path, "outra frase qualquer")
    with pytest.raises(SecretsError, match="não abre a chave"):
        chain.store_key(store)
    assert place.path.read_bytes() == before


def test_a_passphrase_from_a_descriptor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrapping, "MEMORY", 1_024)
    chain.under_passphrase(tmp_path / "store").close_with(b"k" * 32, PASSPHRASE)
    out, into = os.pipe()
    os.write(into, PASSPHRASE.encode() + b"\n")
    os.close(into)
    monkeypatch.setenv("ATENDENTE_PASSPHRASE_FD", str(out))
    assert chain.store_key(tmp_path / "store").key == b"k" * 32
    assert chain.store_key(tmp_path / "store").key == b"k" * 32, (
        "what was read once counts for the whole command"
    )
    os.close(out)


def test_without_a_terminal_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrapping, "MEMORY", 1_024)
    chain.under_passphrase(tmp_path / "store").close_with(b"k" * 32, PASSPHRASE)
    with pytest.raises(SecretsError, match="ATENDENTE_PASSPHRASE_FILE"):
        chain.store_key(tmp_path / "store")


def test_what_the_system_hands_to_a_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    credential = tmp_path / "credentials" / chain.CREDENTIAL
    credential.parent.mkdir()
    credential.write_text("ab" * 32)
    credential.chmod(0o440)
    found = chain.store_key(tmp_path / "store")
    assert (found.key, found.place.kind) == (bytes.fromhex("ab" * 32), "credential")
    with pytest.raises(SecretsError, match="credencial"):
        found.place.put(b"k" * 32)
    credential.chmod(0o444)
    with pytest.raises(SecretsError, match="0444"):
        chain.store_key(tmp_path / "store")


def test_a_link_in_the_place_of_a_key_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path / "real.key"
    real.write_text("ab" * 32)
    real.chmod(0o600)
    (tmp_path / "link.key").symlink_to(real)
    monkeypatch.setenv("ATENDENTE_STORE_KEY_FILE", str(tmp_path / "link.key"))
    with pytest.raises(SecretsError, match=r"link\.key"):
        chain.store_key(tmp_path / "store")


def test_a_keyring_that_goes_away_takes_nothing_from_a_store_that_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.builders import make_store

    ring = trusted_ring(tmp_path / "ring.json", monkeypatch)
    store = make_store(tmp_path, tickets=3, key=chain.store_key(tmp_path / "store").key)
    ring.path.unlink()
    assert store.reader().execute("SELECT count(*) FROM ticket").fetchone() == (3,)
    assert store.wait_indexed()
    store.close()
    before = (tmp_path / "store" / "store.db").read_bytes()
    with pytest.raises(SecretsError, match="atendente key recover"):
        chain.store_key(tmp_path / "store")
    assert (tmp_path / "store" / "store.db").read_bytes() == before
