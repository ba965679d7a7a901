"""What the gateway's pages say, in Italian and English: a title, and paragraphs in plain words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """The words of one page."""

    title: str
    paragraphs: tuple[str, ...]
    link: str = ""
    """Words of the link back to the payment, where the page has one."""


TEXTS: dict[str, dict[str, Text]] = {
    "paid": {
        "it": Text("Il pagamento risulta già ricevuto", ("Grazie: non c’è altro da pagare con questo link.",)),
        "en": Text("We already have your payment", ("Thank you: there is nothing left to pay with this link.",)),
    },
    "closed": {
        "it": Text(
            "Questa richiesta di pagamento è chiusa",
            (
                "È scaduta oppure è stata annullata, quindi il link non accetta più pagamenti.",
                "Nel pannello di controllo trovi lo stato del tuo servizio e, se serve, puoi fare un nuovo ordine.",
            ),
        ),
        "en": Text(
            "This payment request is closed",
            (
                "It has expired or was cancelled, so this link takes no payments any more.",
                "Your control panel shows how your service stands and, where needed, takes a new order.",
            ),
        ),
    },
    "bank_transfer": {
        "it": Text(
            "Questo pagamento si fa con bonifico bancario",
            ("Le coordinate, il riferimento RF da indicare e il codice QR sono nella proforma inviata per email.",),
        ),
        "en": Text(
            "This is paid by bank transfer",
            ("The account, the RF reference to quote and the QR code are in the proforma that we emailed you.",),
        ),
    },
    "processing": {
        "it": Text(
            "Il pagamento è in corso di elaborazione",
            ("Non serve pagare di nuovo: appena arriva la conferma ti scriviamo per email.",),
        ),
        "en": Text(
            "Your payment is being processed",
            ("There is no need to pay again: we will email you as soon as it is confirmed.",),
        ),
    },
    "money_waiting": {
        "it": Text(
            "Con questo link ora non c’è nulla da pagare",
            ("È arrivato del denaro per questa proforma e una persona lo verifica: non pagare altro con il link.",),
        ),
        "en": Text(
            "There is nothing to pay with this link now",
            ("Money for this proforma has come and a person is looking at it: please pay no more with the link.",),
        ),
    },
    "done": {
        "it": Text(
            "Grazie",
            (
                "Abbiamo passato il pagamento al gestore dei pagamenti.",
                "Appena ne riceviamo la conferma il servizio si attiva o prosegue, e ti inviamo la fattura per email.",
                "Di solito bastano pochi istanti.",
            ),
        ),
        "en": Text(
            "Thank you",
            (
                "Your payment was handed to the payment provider.",
                "As soon as it is confirmed your service is activated or goes on, and we email you the invoice.",
                "This usually takes a moment.",
            ),
        ),
    },
    "back": {
        "it": Text(
            "Il pagamento non è stato completato",
            ("Nulla viene addebitato senza la tua conferma. Puoi riprovare quando vuoi, anche dal link nell’email.",),
            link="Riprova a pagare",
        ),
        "en": Text(
            "Your payment was not completed",
            ("Nothing is charged unless you confirm. You can try again at any time, also with the link in the email.",),
            link="Try again",
        ),
    },
    "debit_done": {
        "it": Text(
            "Grazie",
            ("Appena PayPal ce lo conferma, l’addebito automatico è attivo e te lo scriviamo per email.",),
        ),
        "en": Text(
            "Thank you",
            ("As soon as PayPal confirms it to us, automatic debit is set up, and we tell you by email.",),
        ),
    },
    "debit_back": {
        "it": Text(
            "L’addebito automatico non è stato attivato",
            ("Non è cambiato nulla. Puoi riprovare dal pannello di controllo quando vuoi.",),
        ),
        "en": Text(
            "Automatic debit was not set up",
            ("Nothing has changed. You can try again in your control panel at any time.",),
        ),
    },
    "confirm": {
        "it": Text(
            "Conferma dell’iscrizione",
            (
                "Questo link serve a confermare il tuo indirizzo email e a scegliere la password del pannello.",
                "Il sito del fornitore mostra qui la pagina per la scelta della password.",
                "Il link vale per 72 ore dall’invio e si consuma soltanto quando la password è stata scelta.",
            ),
        ),
        "en": Text(
            "Confirming your sign-up",
            (
                "The link you opened confirms your email address and lets you choose your control panel password.",
                "The provider’s website shows the page to choose a password here.",
                "The link is valid for 72 hours after it was sent and is used up only once you have chosen one.",
            ),
        ),
    },
    "site": {
        "it": Text(
            "Pannello di controllo",
            ("Il sito del fornitore mostra qui la pagina del pannello di controllo a cui porta il link.",),
        ),
        "en": Text(
            "Control panel",
            ("The provider’s website shows here the page of its control panel to which the link leads.",),
        ),
    },
    "unknown": {
        "it": Text(
            "Link non valido",
            ("Controlla di aver copiato l’indirizzo per intero, oppure apri di nuovo il link dall’email.",),
        ),
        "en": Text(
            "This link is not valid",
            ("Please check that you copied the whole address, or open the link in the email again.",),
        ),
    },
    "away": {
        "it": Text(
            "Al momento il pagamento non è disponibile",
            ("Riprova tra qualche minuto: il link resta valido.",),
            link="Riprova",
        ),
        "en": Text(
            "Payment is not available right now",
            ("Please try again in a few minutes: your link stays valid.",),
            link="Try again",
        ),
    },
}
