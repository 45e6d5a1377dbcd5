"""The Portuguese that comes with the program: fillable, fit for its channel, in one voice, and of one mind about facts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from atendente_tui.domain.channels import CHANNELS, length, sms_segments
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.domain.templates import fill, parse, placeholders
from atendente_tui.domain.words import Audience, Channel
from atendente_tui.knowledge.articles import load_articles
from atendente_tui.knowledge.scripts import Script, load_scripts
from atendente_tui.knowledge.shipped import ARTICLES, SCRIPTS

SCRIPTED = tuple(load_scripts(SCRIPTS)[0])
WRITTEN = tuple(load_articles(ARTICLES)[0])
BY_ID = {one.id: one for one in SCRIPTED}
ARTICLE = {one.id: one for one in WRITTEN}
PUBLIC_CHANNELS = [channel for channel, rule in CHANNELS.items() if rule.public]

KNOWN = {
    "cliente.nome": "Maria Antonieta Joaquina de Albuquerque",
    "cliente.primeiro_nome": "Maria",
    "cliente.nome_social": "",
    "chamado.protocolo": "2026-004821",
    "chamado.assunto": "Pedido que não chegou",
    "atendente.nome": "Ana Souza",
    "pedido.numero": "88213",
    "pedido.prazo": "10/11/2026",
    "hoje": "18/11/2026",
    "saudacao": "Boa tarde",
}
NOBODY = {name: value for name, value in KNOWN.items() if not name.startswith(("cliente.", "pedido."))}
ANSWER = "quinta-feira, 19/11, até as 17h"


def forms() -> list[tuple[Script, Channel, str]]:
    """What is inserted on each channel where a script is offered; of a guided one each step by itself."""
    return [
        (one, channel, text)
        for one in SCRIPTED
        for channel in Channel
        if one.suits(channel)
        for text in (
            [one.for_channel(channel)]
            if one.guide is None
            else filter(None, (step.said(channel) for step in one.guide.steps.values()))
        )
    ]


def written() -> list[tuple[str, str]]:
    """Every text of every script, by name; of guided ones also what the agent alone reads."""
    found = [(one.id, one.text) for one in SCRIPTED if one.text]
    found += [(f"{one.id}/{channel}", text) for one in SCRIPTED for channel, text in one.variants.items()]
    for one in SCRIPTED:
        for step in one.guide.steps.values() if one.guide is not None else ():
            found += [(f"{one.id}/{step.name}", step.hint)] if step.hint else []
            found += [(f"{one.id}/{step.name}/{name}", text) for name, text in step.variants.items()]
    return found


def filled(text: str, values: dict[str, str]) -> str:
    asked = {one.key: ANSWER for one in placeholders(text) if one.question is not None}
    return fill(text, values | asked).text


def bare(text: str) -> str:
    """The words of the script's author, with an ellipsis for each variable."""
    return "".join(piece if isinstance(piece, str) else "…" for piece in parse(text))


def prose() -> list[tuple[str, str]]:
    """Every text that a person reads, by name; SMS is left out, for it is written without accents."""
    found = [(one.id, f"{one.title}\n{one.body}") for one in WRITTEN]
    found += [(one.id, one.title) for one in SCRIPTED]
    for one in SCRIPTED:
        for step in one.guide.steps.values() if one.guide is not None else ():
            found += [
                (f"{one.id}/{step.name}", text) for text in (step.title, *(c.label for c in step.choices))
            ]
    return found + [(name, bare(text)) for name, text in written() if not name.endswith("/sms")]


# -- variables ----------------------------------------------------------------------------------------------------------


def test_every_variable_is_known_asked_or_has_words_for_when_it_is_not():
    wrong = []
    for name, text in written():
        assert "{{" not in filled(text, KNOWN), name
        for one in fill(text, NOBODY).missing:
            order = bool(one.names) and one.names[0] in ("pedido.numero", "pedido.prazo")
            if one.question is None and not order:
                wrong.append((name, one.source))
        wrong += [
            (name, one.source) for one in placeholders(text) if one.question is not None and one.fallback
        ]
    assert wrong == []


def test_the_social_name_comes_before_the_other():
    social = KNOWN | {
        "cliente.nome_social": "Dê Kato",
        "cliente.primeiro_nome": "Dê",
        "cliente.nome": "civil",
    }
    assert [name for name, text in written() if "civil" in filled(text, social)] == []
    assert len([name for name, text in written() if "Dê" in filled(text, social)]) >= 80


# -- channels -----------------------------------------------------------------------------------------------------------


def test_every_form_fits_its_channel():
    wrong = []
    for script, channel, text in forms():
        rule = CHANNELS[channel]
        answer = filled(text, KNOWN).strip()
        if rule.limit is not None and length(answer, rule.unit) > rule.limit:
            wrong.append((script.id, channel, "too long"))
        if rule.quick_send and len(answer) > 800:
            wrong.append((script.id, channel, "a letter, no message"))
        if channel is Channel.SMS:
            count = sms_segments(bare(text).replace("…", "").strip())
            if (count.encoding, count.segments) != ("gsm7", 1) or sms_segments(
                filled(text, KNOWN)
            ).segments > 2:
                wrong.append((script.id, channel, "segments"))
    assert wrong == []


def test_nothing_of_an_order_is_offered_in_public():
    wrong = []
    for script, channel, text in forms():
        names = {name for one in placeholders(text) for name in one.names}
        if channel in PUBLIC_CHANNELS:
            if any(name.startswith(("pedido.", "chamado.assunto")) for name in names):
                wrong.append((script.id, channel))
            if re.search(r"CPF|CEP|R\$", text):
                wrong.append((script.id, channel))
    assert wrong == []


def test_a_line_breaks_where_a_sentence_ends():
    wrong = []
    for name, text in written():
        for line in map(str.strip, text.strip().splitlines()):
            listed = re.match(r"-|\d\.", line)
            if (
                line
                and line[-1] not in '.!?:;"'
                and not line.endswith("}}")
                and not (listed and line[-1] == ",")
            ):
                wrong.append((name, line))
    assert wrong == []


def test_templates_for_outside_the_window_say_so_and_hold_no_data():
    templates = [one for one in SCRIPTED if "janela" in one.tags]
    assert len(templates) >= 4
    for one in templates:
        assert one.channels == (Channel.WHATSAPP,)
        assert "(modelo aprovado)" in one.title
        names = {name for found in placeholders(one.text) for name in found.names}
        assert names <= {"cliente.primeiro_nome", "chamado.protocolo"}
        assert not [found for found in placeholders(one.text) if found.question]


# -- manners ------------------------------------------------------------------------------------------------------------


def test_a_debt_is_not_named_before_the_person_is_known():
    debt = re.compile(r"parcela|d[ií]vida|cobran|boleto|venc|aberto|valor|crediário|R\$", re.IGNORECASE)
    for name in ("cobranca-confirmar-pessoa", "cobranca-outra-pessoa"):
        one = BY_ID[name]
        assert not [text for text in (one.text, *one.variants.values()) if debt.search(bare(text))]
    threat = re.compile(
        r"negativ|protest|justiça|advogad|\bSPC\b|Serasa|última chance|imediatamente", re.IGNORECASE
    )
    for one in SCRIPTED:
        if "cobrança" in one.tags:
            assert not set(one.channels) & set(PUBLIC_CHANNELS)
            assert one.channels, "never everywhere"
            assert not [text for text in (one.text, *one.variants.values()) if threat.search(text)]


def test_there_is_always_a_plain_way_to_cancel():
    for name in ("cancelamento-ouvir", "cancelamento-oferta"):
        assert '"cancelar"' in BY_ID[name].text
    assert "cancelar a qualquer momento" in BY_ID["clube-pausado"].text
    assert '"sair"' in BY_ID["convite-a-voltar"].text
    assert "Cancelar" in ARTICLE["clube-aurora"].body
    assert "Dificultar um cancelamento é falta grave" in ARTICLE["pop-cancelamento"].body


SLIPS = {  # what is looked for: what is meant
    r"\ba nível de\b": "em, quanto a",
    r"\b(vou|vai|vamos|irei|iremos|irá) estar \w+ndo\b": "o futuro simples",
    r"\bestar(ei|emos|á|ão) \w+ndo\b": "o futuro simples",
    r"\bfazem \w+ (dias|meses|anos)\b": "faz",
    r"\bhouveram\b": "houve",
    r"\bhá [\w ]+ atrás\b": "há, sem atrás",
    r"\bmenas\b": "menos",
    r"\bà partir\b|\bapartir\b": "a partir",
    r"\bà (prazo|pé|cavalo|você|vocês|ele|ela|eles|elas|todos|todas|cada|qualquer|alguém|ninguém)\b": "a",
    r"\bà (um|uma|esse|essa|este|esta|isso|isto|quem|cujo)\b": "a",
    r"\bà (pagar|combinar|fazer|receber|enviar|trocar|devolver|confirmar|retirar|partir)\b": "a",
    r"\bà (clientes|empresas|pessoas|lojas|amigos|domicílio)\b": "a, às",
    r"\bde (segunda|terça|quarta|quinta|sexta)(-feira)? à (quinta|sexta|sábado|domingo)": "de … a",
    r"\bdas \d+h\d* as\b|\bde \d+h à": "das … às",
    r"\bas vezes,|^as vezes\b": "às vezes",
    r"\b(pagar?|pagamento|desconto|preço) a vista\b|^a vista\b": "à vista",
    r"\bestou a disposição\b|\bficamos a disposição\b": "à disposição",
    r"\bdevido (o|os|as)\b": "devido ao",
    r"\breferente (o|os|as)\b": "referente ao",
    r"\bquanto (o|os) (prazo|valor|pedido)": "quanto ao",
    r"\bafim de\b": "a fim de",
    r"\bao encontro d[oae]s? (problema|erro)": "de encontro a",
    r"\b(pra|para) mim \w+r\b": "para eu",
    r"\bentre eu e\b": "entre mim e",
    r"\bseje\b|\besteje\b": "seja, esteja",
    r"\bperca (total|de)\b": "perda",
    r"\ba gente \w+mos\b": "a gente, no singular",
    r"\bagente (vai|troca|envia|confere|resolve|avisa|manda|liga|entrega)\b": "a gente",
    r"\bconcerteza\b|\bderrepente\b|\bporisso\b|\bencima\b|\bnada haver\b": "duas palavras",
    r"\bexce[cs]s?[aã]o\b(?<!exceção)|\bprevil[ée]gi|\bimpec[ií]l|\breinvindic|\bmal entendido\b": "a grafia",
    r"\bcompania\b|\batraz\b|\batravez\b|\bparaliza|\bpesquiz|\banaliz|\bavizar|\bquiz(er|esse)": "a grafia",
    r"\bidéia|freqüen|conseqü|tranqüil|\bvôo|\blêem|auto-atendimento|infra-estrutura": "a grafia de hoje",
    r"\bporque\b[^.!?\n]*\?": "por que, na pergunta",
    r"\b[Pp]or quê\b(?![?.!,])": "por que",
    r"\bo mesmo (será|foi|deve|deverá|está|encontra)|\bdo mesmo\.": "o nome, ou um pronome",
    r"(^|[.!?:] )segue (os|as|anexos|anexas)\b": "seguem",
    r"\bem anexo segue|\bvimos por meio|\bvenho por meio|\bprezad[oa]|\bvossa senhoria": "como se fala",
    r"\binformamos que|\bconforme informado|\bfavor (aguardar|entrar|enviar)|\bgentileza\b": "como se fala",
    r"\bmais (porém|só que)\b": "mas",
    r"\bprefir\w* [^.\n]*\bdo que\b|\bpreferi\w* [^.\n]*\bdo que\b": "preferir … a",
    r"\bna onde\b|\baonde (está|fica|você comprou)": "onde",
    r"\bquaisquer (um|dúvida)\b": "qualquer",
    r"\bsi caso\b|\bse caso\b": "se, ou caso",
    r"\bmeio[- ]dia e meio\b": "meio-dia e meia",
    r"\b(\w{3,}) \1\b": "uma vez só",
    r" [,.;:!?](\s|$)|,,|\.\.(?!\.)": "a pontuação",
    r"(?<=\w)[,;](?=[a-zà-ú])": "um espaço depois",
}


def test_frequent_slips_are_absent():
    found = [
        (name, hit[0], meant)
        for slip, meant in SLIPS.items()
        for name, text in prose()
        if name != "tom-de-voz"  # which shows them, to say what to write instead
        for hit in re.finditer(slip, text, re.IGNORECASE | re.MULTILINE)
    ]
    assert found == []


@pytest.mark.parametrize(
    "wrong",
    [
        "a nível de prazo",
        "vamos estar enviando",
        "estaremos enviando",
        "fazem dois dias",
        "há dois dias atrás",
        "à partir de hoje",
        "à prazo",
        "falo à todos",
        "à pagar",
        "de segunda à sexta",
        "das 8h as 18h",
        "desconto a vista",
        "devido o atraso",
        "afim de resolver",
        "para mim fazer",
        "a gente resolvemos",
        "porque não chegou?",
        "o mesmo será entregue",
        "se caso precisar",
        "de de novo o prazo prazo",
    ],
)
def test_the_list_catches_what_it_is_for(wrong: str):
    assert [slip for slip in SLIPS if re.search(slip, wrong, re.IGNORECASE | re.MULTILINE)]


ABBREVIATIONS = {"CPF", "CNPJ", "CEP", "LGPD", "CDC", "SMS", "POP", "PDF", "AURORA15"}


def test_nobody_shouts_and_nobody_swears_by_anything():
    empty = re.compile(
        r"com certeza|sem falta|garantimos que|garanto que|100%|o mais rápido|o quanto antes|assim que possível|em breve"
        r"|fique tranquil|não se preocupe|infelizmente",
        re.IGNORECASE,
    )
    for name, text in prose():
        if name == "tom-de-voz":
            continue
        assert [word for word in re.findall(r"\b[A-ZÀ-Ú]{3,}\b", text) if word not in ABBREVIATIONS] == [], (
            name
        )
        assert "!!" not in text, name
        assert not empty.findall(text), name


def test_customers_read_no_jargon_and_nobodys_gender_is_guessed():
    jargon = re.compile(
        r"\bN[123]\b|\bPOP\b|alçada|\bSLA\b|\bticket|\bfeedback|\bbacklog|\bbug\b|\bscript\b|escalar|tabul",
        re.IGNORECASE,
    )
    gender = re.compile(
        r"\bobrigad[oa]\b|\bbem-vind[oa]\b|\bsenhora?\b|\bo cliente\b|\ba cliente\b", re.IGNORECASE
    )
    texts = [(one.id, one.body) for one in WRITTEN if one.audience is Audience.PUBLIC]
    for one in SCRIPTED:
        if "fornecedor" not in one.tags:
            texts += [(one.id, bare(text)) for text in (one.text, *one.variants.values())]
    assert [(name, hit) for name, text in texts for hit in jargon.findall(text)] == []
    assert [(name, hit) for name, text in texts for hit in gender.findall(text)] == []


# -- facts --------------------------------------------------------------------------------------------------------------

FACTS = {  # a pattern with the figure as its group, and the only figures it may find
    "devolution": (r"(\w+) dias(?: corridos)?(?: depois da entrega)? para (?:desistir|devolver)", {"7"}),
    "returned": (r"devolver em até (\w+) dias", {"7"}),
    "penalty": (r"multa de (?:no máximo )?(\d+)%", {"2"}),
    "interest": (r"juros de (\d+)% ao mês", {"1"}),
    "Pix": (r"(\d+)% de desconto", {"5"}),
    "refund by card": (r"cartão[^.|\n]*em até (\w+) faturas", {"duas"}),
    "ombudsman": (r"Ouvidoria[^.\n]*?(\w+) dias corridos", {"5", "cinco"}),
    "declaration": (r"declaração(?: completa)?[^.|\n]*?(?:em )?até (\d+) dias", {"15"}),
    "checking": (r"[Cc]onferid[oa], o que leva até (\w+) dias úteis", {"três"}),
    "search": (r"busca[^.\n]*até (\w+) dias úteis|transportadora tem até (\w+) dias úteis", {"5", "cinco"}),
    "boleto": (r"[Bb]oleto[^.|\n]*vale (?:por )?(\w+) dias", {"3", "três"}),
    "quotation": (r"orçamento vale (?:por )?(\w+) dias", {"10"}),
    "club": (r"R\$ (\d+,\d\d) por mês", {"9,90"}),
    "break": (r"pausa[r]?[^.\n|]*por até (\w+) meses", {"três"}),
    "repair": (r"conserto[^.\n]*?(\d+) dias", {"30"}),
    "visit": (r"visita técnica acontece em até (\w+) dias úteis|visita em (\w+) dias úteis", {"5", "cinco"}),
    "company's account": (r"análise leva até (\w+) dias úteis|cadastro leva até (\w+) dias úteis", {"três"}),
    "kept": (
        r"(?:pedidos|pedido)[^.\n]*(?:ficam|por) (?:por )?(\w+) anos|Guardamos por (\w+) dias",
        {"cinco", "10"},
    ),
    "pick-up": (r"pronto em até (\w+) dias úteis|pronta em (\w+) dias úteis", {"dois", "2"}),
    "name taken off": (r"retirada sai em até (\w+) dias úteis|retirada em até (\w+) dias úteis", {"cinco"}),
    "standing still": (
        r"rastreio pode ficar parado por até (\w+) dias úteis|há \*\*até (\w+) dias úteis",
        {"três", "3"},
    ),
}


@pytest.mark.parametrize("fact", FACTS)
def test_one_fact_has_one_figure(fact: str):
    pattern, figures = FACTS[fact]
    told = [(name, hit[hit.lastindex or 0]) for name, text in prose() for hit in re.finditer(pattern, text)]
    assert told, "it is said somewhere"
    assert {figure for _name, figure in told} <= figures, told


@pytest.mark.parametrize(
    ("article", "words"),
    [
        ("o-que-diz-a-lei", ["art. 18", "30 dias", "art. 26", "90 (duráveis)", "art. 49", "7 dias"]),
        ("o-que-diz-a-lei", ["11.034/2022", "7 dias corridos", "7.962/2013", "arts. 18 e 19", "15 dias"]),
        ("trocar-produto", ["7 dias depois de receber", "até 30 dias", "até 90 dias"]),
        (
            "garantia-e-conserto",
            ["30 dias", "90 dias", "outro produto igual", "dinheiro de volta", "desconto"],
        ),
        ("troca-na-loja-fisica", ["compras a distância", "até 30 dias", "até 90 dias"]),
    ],
)
def test_consumer_law_is_told_as_it_is(article: str, words: list[str]):
    assert [one for one in words if one not in ARTICLE[article].body] == []


def test_the_times_told_to_operators_are_those_of_the_rules():
    rows = {
        "email": "E-mail",
        "chat": "Chat",
        "messages": "WhatsApp e aplicativo",
        "social": "Redes sociais e SMS",
        "complaint": "Site de reclamação",
        "other": "Os demais",
    }
    body = ARTICLE["prazos-de-resposta"].body
    for policy in DEFAULT_RULES.policies:
        row = next(line for line in body.splitlines() if line.startswith(f"| {rows[policy.name]} |"))
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[1:3] == [_spoken(policy.first), _spoken(policy.next)]
        assert ("8h às 18h" in cells[3]) is (policy.calendar == "office")
        if policy.resolution is not None:
            assert f"{policy.resolution.days} dias" in cells[3]


def _spoken(target: timedelta | None) -> str:
    assert target is not None
    minutes = int(target.total_seconds()) // 60
    if minutes % 60:
        return f"{minutes} minutos"
    return f"{minutes // 60} hora{'s' if minutes > 60 else ''}"
