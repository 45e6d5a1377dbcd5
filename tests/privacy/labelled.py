"""A labelled corpus of personal data in sentences as customers and agents write them, made from a seed.

`((kind|value))` marks what is to be found; everything else is not. Documents come from validate-docbr, whose check
digits are not ours; telephones from the numbering plan; the hard negatives are what a helpdesk's texts are full of.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Iterator
from typing import NamedTuple

from validate_docbr import CNPJ, CPF

from atendente_tui.privacy.personal import Kind

AREAS = [
    "11",
    "12",
    "13",
    "19",
    "21",
    "22",
    "24",
    "27",
    "31",
    "34",
    "41",
    "44",
    "47",
    "48",
    "51",
    "54",
    "61",
    "62",
    "65",
    "67",
    "71",
    "75",
    "79",
    "81",
    "83",
    "85",
    "86",
    "91",
    "92",
    "95",
    "98",
]
_MARK = re.compile(r"\(\((\w+)\|(.*?)\)\)", re.DOTALL)


class Sample(NamedTuple):
    text: str
    labels: frozenset[tuple[Kind, int, int]]


def sample(marked: str) -> Sample:
    """A text with its marks taken out, and what they said."""
    parts, labels, at, length = [], set(), 0, 0
    for hit in _MARK.finditer(marked):
        parts += (marked[at : hit.start()], hit[2])
        start = length + hit.start() - at
        length = start + len(hit[2])
        labels.add((Kind(hit[1]), start, length))
        at = hit.end()
    return Sample("".join([*parts, marked[at:]]), frozenset(labels))


def corpus(seed: int, each: int) -> Iterator[Sample]:
    """`each` sentences of every kind of positive and of negative."""
    before = random.getstate()
    random.seed(seed)  # validate-docbr draws from the module's own generator
    try:
        for make in (*POSITIVE, *NEGATIVE):
            for _ in range(each):
                yield sample(make())
    finally:
        random.setstate(before)


def _pick(*ways: str) -> str:
    return random.choice(ways)


def _digits(count: int) -> str:
    return "".join(random.choices(string.digits, k=count))


def _cpf() -> str:
    bare = CPF().generate()
    value = _pick(
        CPF().mask(bare),
        CPF().mask(bare),
        bare,
        f"{bare[:3]} {bare[3:6]} {bare[6:9]} {bare[9:]}",
        f"{bare[:9]}-{bare[9:]}",
    )
    said = _pick(
        "meu cpf é {}", "CPF: {}", "cpf {}, pode conferir?", "Segue o CPF {} do titular.", "O documento é {}",
        "Nome: João da Silva\nCPF: {}\nCEP não sei", "{}", "é esse aqui: {} obrigada", "(CPF {})", "cpf={}&passo=2",
        "pedido 88213 no cpf {}", "A compra foi feita no CPF nº {}.",
    )  # fmt: skip
    if said in ("{}", "é esse aqui: {} obrigada") and value == bare and bare[2] == "9":
        value = CPF().mask(
            bare
        )  # alone, eleven digits with a nine in the third place are a mobile number to anyone
    return said.format(f"((cpf|{value}))")


def _cnpj() -> str:
    maker = CNPJ()
    bare = maker.generate(digits_only=random.random() < 0.5)
    value = _pick(maker.mask(bare), maker.mask(bare), bare)
    if random.random() < 0.1:
        value = value.lower() if value != bare else value
    said = _pick(
        "CNPJ {}", "cnpj: {}", "Nota em nome da empresa {}", "o CNPJ da loja é {}, certo?", "Razão Social X Ltda, CNPJ nº {}.",
        "emitir para {}" if value != bare else "meu cnpj é {}", "somos MEI {}",
    )  # fmt: skip
    return said.format(f"((cnpj|{value}))")


BRANDS = (
    *(("4", 16),) * 5, *(("51", 16), ("53", 16), ("55", 16), ("2221", 16), ("2720", 16)) * 2,
    ("34", 15), ("37", 15), ("36", 14), ("38", 14), ("6011", 16), ("6504", 16), ("636368", 16), ("5067", 16), ("606282", 16),
    ("3530", 16), ("4011", 16), ("438935", 16), ("5090", 16), ("6516", 16), ("6550", 16),
)  # fmt: skip


def card_number() -> str:
    prefix, length = random.choice(BRANDS)
    body = prefix + _digits(length - len(prefix) - 1)
    total = 0
    for place, one in enumerate(reversed(body)):
        doubled = int(one) * 2 if place % 2 == 0 else int(one)
        total += doubled // 10 + doubled % 10
    return body + str(-total % 10)


def grouped_card(number: str) -> str:
    sizes = {16: (4, 4, 4, 4), 15: (4, 6, 5), 14: (4, 6, 4)}[len(number)]
    between, parts = _pick(" ", " ", "-", "."), []
    for size in sizes:
        parts.append(number[:size])
        number = number[size:]
    return between.join(parts)


def _card() -> str:
    number = card_number()
    value = number if random.random() < 0.4 else grouped_card(number)
    code = f"((cvv|{_digits(4 if len(number) == 15 else 3)}))"
    said = _pick(
        "meu cartão {}", "O número do cartão é {}", "{}", "cartao: {} validade 09/29", "tentei no visa {} e não foi",
        "foi cobrado duas vezes no cartão de crédito {}!", "{} venc 11/30 cvv " + code, "Cartão {}\nValidade 01/2028\nCVV " + code,
        "{} 12/28 " + code, "o cartao {} cod de segurança " + code, "número {}, cvc: " + code,
    )  # fmt: skip
    return said.format(f"((card|{value}))")


def _cvv() -> str:
    return _pick(
        "o cvv é {}", "CVV: {}", "código de segurança {}", "cod. seg. {}", "cvc {} e validade 10/27", "o código de segurança do cartão é o {}",
        "{} é o cvv", "cvv do cartão:\n{}",
    ).format(f"((cvv|{_digits(3)}))")  # fmt: skip


def mobile() -> str:
    area, number = random.choice(AREAS), "9" + random.choice("6789") + _digits(7)
    a, b = number[:5], number[5:]
    return _pick(
        f"({area}) {a}-{b}", f"({area}) {a}-{b}", f"{area} {a}-{b}", f"{area} {a} {b}", f"{area}{number}", f"+55 {area} {a}-{b}",
        f"+55{area}{number}", f"55{area}{number}", f"({area}){number}", f"{area} 9 {number[1:5]}-{b}", f"0{area} {a}-{b}",
    )  # fmt: skip


def _phone() -> str:
    area = random.choice(AREAS)
    number = random.choice("345") + random.choice("2345") + _digits(6)
    landline = _pick(f"({area}) {number[:4]}-{number[4:]}", f"{area} {number[:4]}-{number[4:]}")
    value = mobile() if random.random() < 0.8 else landline
    return _pick(
        "meu telefone é {}", "me liga no {}", "whatsapp {}", "Tel.: {}", "pode chamar no zap {} depois das 18h", "{}", "contato: {} (Ana)",
        "cel {}", "não atende no {}, tentei ontem", "Falar com Carla {}",
    ).format(f"((phone|{value}))")  # fmt: skip


def _local_phone() -> str:
    value = f"9{_pick('8', '9', '7')}{_digits(3)}-{_digits(4)}"
    return _pick("meu zap {}", "liga no {}", "telefone: {}", "celular {}").format(f"((phone|{value}))")


def _foreign_phone() -> str:
    value = _pick("+351 912 345 67{}", "+1 650 253 000{}", "+54 9 11 2345-678{}", "+44 20 7946 095{}").format(
        _digits(1)
    )
    return _pick("estou fora do país, {}", "WhatsApp {}", "{}").format(f"((phone|{value}))")


def _email() -> str:
    name = _pick("maria", "joao.lima", "c_dias", "ana+loja", "contato", "m.souza77", "josé.n") + _pick(
        "", str(random.randint(1, 99))
    )
    value = (
        name
        + "@"
        + _pick("example.com", "example.com.br", "correio.example", "mail.empresa-x.com.br", "uol.com.br")
    )
    return _pick(
        "meu e-mail é {}", "mandem para {}.", "<{}>", "E-mail: {}; tel não tenho", "mailto:{}", "{}", "cadastrado como {}, mas mudou", "({})",
    ).format(f"((email|{value}))")  # fmt: skip


def _uuid(version: str = "4") -> str:
    found = "".join(random.choices("0123456789abcdef", k=32))
    return f"{found[:8]}-{found[8:12]}-{version}{found[13:16]}-{_pick('8', '9', 'a', 'b')}{found[17:20]}-{found[20:]}"


def _pix() -> str:
    if random.random() < 0.1:
        key = _uuid()
        value = f"00020126580014br.gov.bcb.pix0136{key}5204000053039865802BR5910LOJA TESTE6009SAO PAULO62070503***6304{_digits(4)}"
        return f"copia e cola: ((pix|{value}))"
    return _pick(
        "minha chave pix é {}", "Pix: {}", "chave aleatória {}", "pode devolver no pix {} por favor", "{}"
    ).format(f"((pix|{_uuid()}))")


def _cep() -> str:
    value = f"{_digits(5)}-{_digits(3)}"
    return _pick(
        "CEP {}", "Rua das Flores, 120, São Paulo, {}", "cep: {}", "moro no {} e o site não aceita", "o cep certo é {}.",
    ).format(f"((cep|{value}))")  # fmt: skip


POSITIVE: tuple[Callable[[], str], ...] = (
    _cpf, _cpf, _cnpj, _card, _card, _cvv, _phone, _phone, _local_phone, _foreign_phone, _email, _pix, _cep,
)  # fmt: skip


def _orders() -> str:
    number = _pick(*(_digits(count) for count in (5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)))
    return _pick(
        "pedido {}", "meu pedido nº {} não chegou", "cadê o pedido {}?", "número do pedido: {}", "Pedido #{}", "a compra {} foi cancelada",
        "ordem de serviço {}", "contrato {}", "código do produto {}", "matrícula {}", "fatura {}", "instalação {}",
    ).format(number)  # fmt: skip


def _protocols() -> str:
    number = _pick(
        f"2026{_digits(8)}",
        f"2026{_digits(10)}",
        f"2026-{_digits(6)}",
        _digits(11),
        _digits(14),
        _digits(12),
        _digits(10),
    )
    return _pick(
        "protocolo {}",
        "já tenho o protocolo de atendimento {}",
        "prot. {}",
        "protocolo nº {}, de ontem",
        "chamado {}",
    ).format(number)


def _tracking() -> str:
    letters = "".join(random.choices(string.ascii_uppercase, k=2))
    return _pick(
        f"rastreio {letters}{_digits(9)}BR", f"{letters}{_digits(9)}BR", f"código de rastreio {_digits(13)}", f"objeto {letters} {_digits(9)} BR",
        f"rastreamento {_digits(11)}", f"JAD{_digits(12)}", f"tracking 1Z{_digits(16)}", f"código de rastreio: {_digits(14)}",
    )  # fmt: skip


def _dates() -> str:
    day, month, year = f"{random.randint(1, 28):02}", f"{random.randint(1, 12):02}", _pick("2025", "2026")
    hour, minute = f"{random.randint(0, 23):02}", f"{random.randint(0, 59):02}"
    return _pick(
        f"comprei dia {day}/{month}/{year} às {hour}:{minute}", f"{year}-{month}-{day} {hour}:{minute}:00", f"{day}.{month}.{year}",
        f"{day}-{month}-{year} {hour}h{minute}", f"entre {day}/{month} e 30/{month}", f"{year}{month}{day}{hour}{minute}00",
        f"{year}-{month}-{day}T{hour}:{minute}:00.123456-03:00", f"horário {hour}:{minute} às 18:00", f"{day}{month}{year}",
    )  # fmt: skip


def _boletos() -> str:
    field = [_digits(5), _digits(5), _digits(5), _digits(6), _digits(5), _digits(6), _digits(1), _digits(14)]
    line = f"{field[0]}.{field[1]} {field[2]}.{field[3]} {field[4]}.{field[5]} {field[6]} {field[7]}"
    dues = " ".join(f"{_digits(11)}-{_digits(1)}" for _ in range(4))
    return _pick("o boleto é {}", "{}", "linha digitável: {}", "não consigo pagar {}").format(
        _pick(
            line,
            re.sub(r"\D", "", line),
            dues,
            dues.replace("-", "").replace(" ", ""),
            " ".join(_digits(12) for _ in range(4)),
        )
    )


def _invoices() -> str:
    key = f"35{_digits(42)}"
    spaced = " ".join(key[n : n + 4] for n in range(0, 44, 4))
    return _pick("chave da NF-e {}", "{}", "nota fiscal: {}", "segue a danfe {}").format(_pick(key, spaced))


def _prices() -> str:
    price = f"{random.randint(1, 9)}.{_digits(3)},{_digits(2)}"
    return _pick(
        f"paguei R$ {price}", f"R$ {_digits(3)},{_digits(2)} em 12x", f"o total deu {price} reais", f"de R$ {price} por R$ {_digits(2)},90",
        f"R$ 1.{_digits(3)}.{_digits(3)},{_digits(2)}", f"{_digits(3)} unidades a {_digits(2)},{_digits(2)}",
    )  # fmt: skip


def _technical() -> str:
    ip = ".".join(str(random.randint(1, 255)) for _ in range(4))
    sha = "".join(random.choices("0123456789abcdef", k=40))
    return _pick(
        f"IP {ip}", f"o servidor {ip}:8080 caiu", f"versão {random.randint(1, 20)}.{random.randint(0, 40)}.{_digits(4)}.{_digits(5)}",
        f"commit {sha}", f"IMEI 35{_digits(13)}", f"série SN{_digits(10)}", f"sessão {_uuid('1')}", f"https://loja.example/pedidos/{_uuid()}",
        f"foto@{random.randint(2, 3)}x.png", "meu insta é @loja.da_ana", f"erro 0x{_digits(8)}", f"EAN 789{_digits(10)}",
        f"pacote@{random.randint(1, 9)}.{random.randint(0, 9)}.0", f"processo 000{_digits(4)}-{_digits(2)}.2026.8.26.0{_digits(3)}", f"usuário{_digits(4)}",
        f"-23.{_digits(6)}, -46.{_digits(6)}", f"MAC 00:1A:2B:{_digits(2)}:{_digits(2)}:{_digits(2)}", f"ISBN 978-85-{_digits(5)}-{_digits(3)}-{_digits(1)}",
    )  # fmt: skip


def _codes() -> str:
    return _pick(
        f"o código de segurança que veio por SMS é {_digits(6)}", f"qual é o cvv? não sei, pedido {_digits(4)}", f"o cvv não aceita, valor R$ {_digits(3)},90",
        f"cupom NATAL{_digits(2)}", f"ramal {_digits(4)}", f"moro no nº {_digits(3)}, apto {_digits(2)}", f"código de segurança expira em {random.randint(100, 300)} min",
        f"esperei {_digits(3)} dias", f"senha da loja {_digits(4)}", f"tem {_digits(3)} pessoas na fila",
    )  # fmt: skip


def _service_numbers() -> str:
    return _pick(
        f"liguei no 0800 {_digits(3)} {_digits(4)}", f"0800-{_digits(3)}-{_digits(4)} não atende", f"SAC 0800{_digits(7)}",
        f"conta {_digits(5)}-{_digits(1)} agência {_digits(4)}", f"banco {_digits(3)} ag {_digits(4)} cc {_digits(6)}-{_digits(1)}",
        f"medidor {_digits(8)}", f"{_digits(3)} {_digits(3)} {_digits(3)}", f"tamanho {_digits(2)}-{_digits(2)}", f"lote {_digits(6)}/{_digits(2)}",
    )  # fmt: skip


def _talk() -> str:
    return _pick(
        "Comprei dia 3 e o prazo era dia 10, cadê?", "Já falei 4 vezes e ninguém resolve!!", "Obrigada :)", "o site não abre desde as 14h30",
        "quero trocar o 38 pelo 40", "Boa tarde, meu cpf está errado no cadastro", "não passo meu cartão por aqui", "qual o telefone de vocês?",
        "me mandem um e-mail", "fiz o pix ontem e nada", "o CEP não foi aceito",
    )  # fmt: skip


NEGATIVE: tuple[Callable[[], str], ...] = (
    _orders, _orders, _protocols, _tracking, _dates, _boletos, _invoices, _prices, _technical, _codes, _service_numbers, _talk,
)  # fmt: skip
