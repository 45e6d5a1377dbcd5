"""Made-up complaints that read like Portuguese: a few hundred everyday words, a long tail, frequencies as Zipf has them."""

from __future__ import annotations

import random
from itertools import accumulate

COMMONEST = "de"
_EVERYDAY = """
de a o que e não do da em um para com uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser
quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas me
esse eles estão você tinha foram essa num nem suas meu às minha têm numa pelos havia seja qual será nós tenho lhe
pedido entrega produto compra loja prazo atendimento cliente empresa valor cartão boleto fatura cobrança estorno
cancelamento troca devolução garantia defeito atraso rastreio correios transportadora nota fiscal pagamento juros
crédito débito conta senha aplicativo site telefone ligação protocolo resposta solução contato solicitação reclamação
serviço plano internet sinal técnico visita instalação aparelho celular tela bateria geladeira fogão máquina roupa
tamanho cor número endereço cep cidade estado bairro rua casa apartamento portaria porteiro recebi chegou comprei
paguei liguei aguardo preciso gostaria solicito informo espero quero disseram prometeram informaram enviaram fizeram
hoje ontem amanhã semana mês dias úteis horas manhã tarde noite janeiro fevereiro março abril maio junho julho agosto
setembro outubro novembro dezembro sempre nunca ainda agora logo novamente várias vezes ninguém alguém nada tudo
absurdo falta respeito consumidor direito procon justiça danos morais dinheiro reais orçamento promoção desconto cupom
frete grátis vendedor gerente supervisor atendente obrigado atenciosamente favor urgente imediato possível informação
"""
_STARTS = (
    "ba be bi bo bra bri ca ce ci co cla cre da de di do dra fa fe fi fo fra ga gi go gra la le li lo ma me mi mo"
    " na ne ni no pa pe pi po pra pre pro ra re ri ro sa se si so ta te ti to tra tri va ve vi vo"
)
_ENDS = "ção dade mento dor dora nte vel ria ndo ado ida oso ável ista ismo agem ez ura al ar er ir ão ões"
TAIL = 8_000


def _vocabulary() -> list[str]:
    dice = random.Random(5)
    words = dict.fromkeys(_EVERYDAY.split())
    starts, ends, size = _STARTS.split(), _ENDS.split(), len(words) + TAIL
    while len(words) < size:
        words["".join(dice.choices(starts, k=dice.randint(1, 3))) + dice.choice(ends)] = None
    return list(words)


VOCABULARY = _vocabulary()
_WEIGHTS = list(accumulate(1 / (rank + 2) for rank in range(len(VOCABULARY))))


class Writer:
    """Writes sentences; the same seed writes the same ones. It draws many words at once, which is what makes it fast."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._drawn: list[str] = []

    def words(self, count: int) -> str:
        if len(self._drawn) < count:
            self._drawn += self._dice.choices(VOCABULARY, cum_weights=_WEIGHTS, k=100_000)
        taken, self._drawn[-count:] = self._drawn[-count:], []
        return " ".join(taken)

    def message(self) -> str:
        """One to three sentences of a message, 12 to 40 words."""
        dice = self._dice
        sentences = (
            self.words(dice.randint(8, 16)).capitalize() for _ in range(dice.choice((1, 1, 2, 2, 3)))
        )
        return ". ".join(sentences) + "."

    def subject(self) -> str:
        return self.words(self._dice.randint(3, 6)).capitalize()
