"""The key chain fails closed: a key is made once, kept for its owner alone, and never replaced behind one's back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atendente_tui import secrets
from atendente_tui.secrets import SecretsError


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
            secrets.store_key(tmp_path / "store")
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
    key, said = secrets.store_key(tmp_path / "store")
    assert len(key) == 32
    assert said is not None
    assert str(file) in said
    assert file.stat().st_mode & 0o777 == 0o600
    assert secrets.store_key(tmp_path / "store") == (key, None)


def test_a_lost_key_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATENDENTE_STORE_KEY_FILE", str(tmp_path / "gone.key"))
    store = tmp_path / "store"
    store.mkdir()
    (store / "store.db").write_bytes(b"x")
    with pytest.raises(SecretsError, match=r"gone\.key"):
        secrets.store_key(store)
    assert not (tmp_path / "gone.key").exists()


@pytest.mark.parametrize("content", ["", "zz" * 32, "ab" * 31])
def test_a_bad_key_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    file = tmp_path / "bad.key"
    file.write_text(content)
    file.chmod(0o600)
    monkeypatch.setenv("ATENDENTE_STORE_KEY_FILE", str(file))
    with pytest.raises(SecretsError, match=r"bad\.key"):
        secrets.store_key(tmp_path / "store")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_key_others_can_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "open.key"
    file.write_text("ab" * 32)
    file.chmod(0o644)
    monkeypatch.setenv("ATENDENTE_STORE_KEY_FILE", str(file))
    with pytest.raises(SecretsError, match="0644"):
        secrets.store_key(tmp_path / "store")


def test_the_environment_s_token_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATENDENTE_TOKEN", "t")
    assert secrets.backend_secret("rt", "ana") == "t"
