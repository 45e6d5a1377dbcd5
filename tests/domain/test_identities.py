"""Addresses: what counts as the same one, check digits, and masks that hide what they should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.identities import mask, normal, plausible_cnpj, plausible_cpf
from atendente_tui.domain.words import IdentityKind as K


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (K.EMAIL, "  Maria.Oliveira@Exemplo.COM.BR ", "maria.oliveira@exemplo.com.br"),
        (K.EMAIL, "mailto:a@b.c", "a@b.c"),
        (K.EMAIL, "STRASSE@ß.de", "strasse@ss.de"),
        (K.PHONE, "(11) 91234-5678", "+5511912345678"),
        (K.PHONE, "11 1234-5678", "+551112345678"),
        (K.PHONE, "+55 (11) 91234-5678", "+5511912345678"),
        (K.PHONE, "5511912345678", "+5511912345678"),
        (K.PHONE, "0 11 91234 5678", "+5511912345678"),
        (K.PHONE, "0 15 11 91234-5678", "+5511912345678"),
        (K.PHONE, "00 351 912 345 678", "+351912345678"),
        (K.PHONE, "+351 912 345 678", "+351912345678"),
        (K.PHONE, "0800 123 4567", "08001234567"),
        (K.PHONE, "190", "190"),
        (K.PHONE, "91234-5678", "912345678"),
        (K.PHONE, "ramal da Ana", "ramal da ana"),
        (K.WHATSAPP, "551187654321@s.whatsapp.net", "+5511987654321"),
        (K.WHATSAPP, "+55 11 8765-4321", "+5511987654321"),
        (K.CPF, "123.456.789-09", "12345678909"),
        (K.CNPJ, "12.abc.345/01de-35", "12ABC34501DE35"),
        (K.INSTAGRAM, "@Maria.Oliveira", "maria.oliveira"),
        (K.INSTAGRAM, "https://www.instagram.com/Maria.Oliveira/?hl=pt", "maria.oliveira"),
        (K.X, "https://x.com/Maria", "maria"),
        (K.EXTERNAL, " ERP-0042 ", "ERP-0042"),
        (K.PHONE, "", ""),
        (K.CPF, "--", "--"),
    ],
)
def test_normal_forms(kind: K, value: str, expected: str) -> None:
    assert normal(kind, value) == expected


@given(st.sampled_from(K), st.text(max_size=40))
def test_normal_is_idempotent_and_never_fails(kind: K, value: str) -> None:
    once = normal(kind, value)
    assert normal(kind, once) == once
    mask(kind, value)


@pytest.mark.parametrize("cpf", ["529.982.247-25", "11144477735", "123.456.789-09"])
def test_cpfs_that_may_exist(cpf: str) -> None:
    assert plausible_cpf(cpf)


@pytest.mark.parametrize(
    "cpf", ["529.982.247-24", "111.111.111-11", "5299822472", "", "abcdefghijk", "٥٢٩٩٨٢٢٤٧٢٥"]
)
def test_cpfs_that_cannot_exist(cpf: str) -> None:
    assert not plausible_cpf(cpf)


@given(st.integers(0, 999_999_999))
def test_a_cpf_has_exactly_one_pair_of_check_digits(number: int) -> None:
    if len(set(f"{number:09d}")) > 1:
        assert sum(plausible_cpf(f"{number:09d}{check:02d}") for check in range(100)) == 1


@pytest.mark.parametrize("cnpj", ["11.222.333/0001-81", "12.ABC.345/01DE-35", "12abc34501de35"])
def test_cnpjs_that_may_exist(cnpj: str) -> None:
    assert plausible_cnpj(cnpj)


@pytest.mark.parametrize(
    "cnpj", ["11.222.333/0001-80", "00000000000000", "12.ABC.345/01DE-3A", "", "1122233300018"]
)
def test_cnpjs_that_cannot_exist(cnpj: str) -> None:
    assert not plausible_cnpj(cnpj)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (K.CPF, "123.456.789-09", "***.456.789-**"),
        (K.CPF, "123", "***"),
        (K.CNPJ, "12.ABC.345/01DE-35", "**.ABC.345/****-**"),
        (K.PHONE, "(11) 91234-1234", "+55 11 9****-1234"),
        (K.PHONE, "(11) 3456-1234", "+55 11 ****-1234"),
        (K.PHONE, "+351 912 345 678", "+35 ****-5678"),
        (K.PHONE, "0800 123 4567", "****-4567"),
        (K.PHONE, "190", "****"),
        (K.EMAIL, "Maria@dominio.com", "m***@dominio.com"),
        (K.EMAIL, "not an address", "n***"),
        (K.INSTAGRAM, "@maria", "m***"),
        (K.EXTERNAL, "ERP-0042", "E***"),
        (K.EMAIL, "", "***"),
    ],
)
def test_masks(kind: K, value: str, shown: str) -> None:
    assert mask(kind, value) == shown


@given(st.sampled_from([K.CPF, K.CNPJ, K.PHONE, K.WHATSAPP]), st.text("0123456789", min_size=6, max_size=15))
def test_a_mask_never_shows_the_whole_number(kind: K, digits: str) -> None:
    assert digits not in "".join(one for one in mask(kind, digits) if one.isalnum())
