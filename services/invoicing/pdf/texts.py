"""Decides the words of the printed documents, in Italian and English."""

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "it": {
        "proforma": "Proforma",
        "invoice": "Fattura",
        "advance_invoice": "Fattura di acconto",
        "credit_note": "Nota di credito",
        "number": "Numero",
        "date": "Data",
        "payable_until": "Da pagare entro",
        "was_due": "Da pagare subito; scaduta il",
        "proforma_number": "Proforma",
        "credited_invoice": "Sulla fattura",
        "customer": "Intestata a",
        "vat_number": "Partita IVA",
        "tax_id": "Codice identificativo fiscale",
        "codice_fiscale": "Codice fiscale",
        "recipient_code": "Codice destinatario",
        "pec": "PEC",
        "contact": "Alla c.a. di",
        "description": "Descrizione",
        "quantity": "Q.tà",
        "unit_price": "Prezzo unitario",
        "vat_rate": "IVA",
        "net": "Imponibile",
        "period": "periodo {start} – {end}",
        "vat_summary": "Riepilogo IVA",
        "rate": "Aliquota",
        "taxable": "Imponibile",
        "tax": "Imposta",
        "no_rate": "–",
        "reverse_charge": "Inversione contabile (N2.1)",
        "not_subject": "Non soggetta (N2.1)",
        "excluded": "Esclusa art. 15 (N1)",
        "note_reverse_charge": (
            "Inversione contabile (reverse charge): l’IVA è dovuta dal destinatario, art. 196 della direttiva "
            "2006/112/CE. Operazione non soggetta a IVA italiana, art. 7\u2011ter del D.P.R. 633/1972."
        ),
        "note_outside_eu": "Operazione non soggetta a IVA, art. 7\u2011ter del D.P.R. 633/1972.",
        "note_outside_territory_business": (
            "Operazione non soggetta a IVA, artt. 7, comma 1, lettera a), e 7\u2011ter del D.P.R. 633/1972."
        ),
        "note_outside_territory_consumer": (
            "Operazione non soggetta a IVA, artt. 7, comma 1, lettera a), e 7\u2011octies del D.P.R. 633/1972."
        ),
        "note_stamp_duty": "Imposta di bollo di {amount} assolta in modo virtuale, D.M. 17 giugno 2014.",
        "total_net": "Totale imponibile",
        "total_vat": "Totale IVA",
        "total_gross": "Totale",
        "account_credit": "Credito del conto",
        "total_due": "Totale da pagare",
        "total_invoice": "Totale fattura",
        "total_credit_note": "Totale accreditato",
        "pay_transfer": "Come pagare con bonifico",
        "pay_online": "Come pagare online",
        "pay_debit": "Addebito automatico PayPal",
        "holder": "Beneficiario",
        "iban": "IBAN",
        "bic": "BIC",
        "amount": "Importo",
        "reference": "Causale",
        "reference_hint": "Scrivi nella causale soltanto questo codice: così il pagamento viene riconosciuto da solo.",
        "qr_alt": "Codice QR del bonifico",
        "qr_hint": "Inquadra il codice con l’app della tua banca: il bonifico è già compilato.",
        "online_hint": "Con carta o PayPal: apri il link nell’email con cui hai ricevuto questa proforma.",
        "payment": "Pagamento",
        "payment_reference": "Riferimento",
        "paid_credit": "Pagata con il credito del conto: {amount}.",
        "covered_by_credit": "Il credito del conto copre l’intero importo: non c’è nulla da pagare.",
        "paid_transfer": "Pagata con bonifico bancario in data {date}.",
        "paid_transfer_part": "Pagati con bonifico bancario, entro il {date}: {amount}.",
        "remitted": "{amount} non sono stati pagati e non sono più dovuti: abbiamo accettato l’importo ricevuto.",
        "paid_on_account": "L’intero importo è già stato pagato in acconto.",
        "unpaid": "Da pagare: {amount} entro il {date}.",
        "overdue": "Da pagare subito: {amount}. La scadenza era il {date}.",
        "unpaid_by_link": "Come pagare: vedi l’email con cui hai ricevuto la proforma.",
        "debit_first_hint": "Con PayPal: apri il link nell’email con cui hai ricevuto questa proforma. Con il "
        "pagamento autorizzi l’addebito delle proforma successive.",
        "debit_hint": "L’email con cui hai ricevuto questa proforma indica il giorno dell’addebito sul tuo conto "
        "PayPal, oppure il link per pagarla.",
        "paid_online": "Pagata con carta o PayPal in data {date}.",
        "paid_online_part": "Pagati con carta o PayPal, entro il {date}: {amount}.",
        "credit": "Motivo e rimborso",
        "credit_reason": "Motivo",
        "refund_bank_transfer": "L’importo ti viene restituito con bonifico bancario.",
        "refund_online": "L’importo ti viene restituito sulla carta o sul conto PayPal con cui hai pagato.",
        "refund_account_credit": "L’importo resta a tuo credito e riduce la prossima proforma.",
        "refund_returned": "L’importo ti è già stato restituito dalla tua banca, dall’emittente della tua carta o da "
        "PayPal: da parte nostra non segue un altro rimborso.",
        "refund_part_returned": "{amount} ti sono già stati restituiti dalla tua banca, dall’emittente della tua carta "
        "o da PayPal.",
        "refund_part_bank_transfer": "{amount} ti vengono restituiti con bonifico bancario.",
        "refund_part_online": "{amount} ti vengono restituiti sulla carta o sul conto PayPal con cui hai pagato.",
        "refund_part_account_credit": "{amount} restano a tuo credito e riducono la prossima proforma.",
        "not_returned": "{amount} non erano stati pagati, perché avevamo accettato l’importo ricevuto: per essi non "
        "c’è nulla da restituire.",
        "paid_debit": "Pagata con PayPal o carta in data {date}.",
        "paid_debit_part": "Pagati con PayPal o carta, entro il {date}: {amount}.",
        "proforma_notice": "Documento non valido ai fini fiscali. La fattura sarà emessa al ricevimento del pagamento.",
        "proforma_notice_accrued": "Documento non valido ai fini fiscali. La fattura sarà emessa al ricevimento del "
        "pagamento o entro il 15 del mese successivo al servizio.",
        "proforma_covered": "Documento non valido ai fini fiscali. Il credito del conto copre l’importo: non c’è nulla "
        "da pagare, e la fattura viene emessa senza attendere un pagamento.",
        "proforma_law": "Non costituisce fattura ai sensi dell’art. 21 del D.P.R. 633/1972.",
        "not_fiscal": "Non valida ai fini fiscali",
        "courtesy": "Copia di cortesia",
        "courtesy_notice": (
            "Copia di cortesia priva di valore fiscale. L’originale è la fattura elettronica in formato XML, che viene "
            "trasmessa al Sistema di Interscambio. "
        ),
        "credit_courtesy_notice": (
            "Copia di cortesia priva di valore fiscale. L’originale è la nota di credito elettronica in formato XML, "
            "che viene trasmessa al Sistema di Interscambio. "
        ),
        "original_private": "Sarà disponibile nella tua area riservata sul sito dell’Agenzia delle Entrate.",
        "original_business": (
            "Sarà disponibile anche nella tua area riservata sul sito dell’Agenzia delle Entrate, nel portale "
            "«Fatture e corrispettivi»."
        ),
        "attachment": "File XML della fattura elettronica",
        "credit_attachment": "File XML della nota di credito elettronica",
        "page": "Pagina {page} di {pages}",
        "continued": "{title} {number}, {date}",
    },
    "en": {
        "proforma": "Proforma invoice",
        "invoice": "Invoice",
        "advance_invoice": "Invoice for a payment on account",
        "credit_note": "Credit note",
        "number": "Number",
        "date": "Date",
        "payable_until": "To be paid by",
        "was_due": "To be paid at once; was due on",
        "proforma_number": "Proforma",
        "credited_invoice": "On invoice",
        "customer": "Billed to",
        "vat_number": "VAT number",
        "tax_id": "Tax ID",
        "codice_fiscale": "Italian tax code",
        "recipient_code": "Recipient code",
        "pec": "Certified email (PEC)",
        "contact": "Attn.",
        "description": "Description",
        "quantity": "Qty",
        "unit_price": "Unit price",
        "vat_rate": "VAT",
        "net": "Net",
        "period": "period {start} – {end}",
        "vat_summary": "VAT summary",
        "rate": "Rate",
        "taxable": "Net",
        "tax": "VAT",
        "no_rate": "–",
        "reverse_charge": "Reverse charge",
        "not_subject": "Not subject to VAT",
        "excluded": "Excluded, Art. 15 DPR 633/1972 (N1)",
        "note_reverse_charge": (
            "Reverse charge: VAT is to be accounted for by the recipient, Article 196 of Council Directive "
            "2006/112/EC. Not subject to Italian VAT, Article 7\u2011ter of Presidential Decree 633/1972."
        ),
        "note_outside_eu": "Not subject to VAT, Article 7\u2011ter of Italian Presidential Decree 633/1972.",
        "note_outside_territory_business": (
            "Not subject to VAT, Articles 7(1)(a) and 7\u2011ter of Italian Presidential Decree 633/1972."
        ),
        "note_outside_territory_consumer": (
            "Not subject to VAT, Articles 7(1)(a) and 7\u2011octies of Italian Presidential Decree 633/1972."
        ),
        "note_stamp_duty": "Italian stamp duty of {amount} paid electronically, Ministerial Decree of 17 June 2014.",
        "total_net": "Total net",
        "total_vat": "Total VAT",
        "total_gross": "Total",
        "account_credit": "Account credit",
        "total_due": "Total due",
        "total_invoice": "Invoice total",
        "total_credit_note": "Total credited",
        "pay_transfer": "How to pay by bank transfer",
        "pay_online": "How to pay online",
        "pay_debit": "Automatic debit by PayPal",
        "holder": "Account holder",
        "iban": "IBAN",
        "bic": "BIC",
        "amount": "Amount",
        "reference": "Reference",
        "reference_hint": "Write only this code as the payment reference: your payment is then recognised by itself.",
        "qr_alt": "QR code of the transfer",
        "qr_hint": "Scan the code with your bank’s app: the transfer is already filled in.",
        "online_hint": "By card or PayPal: open the link in the email with which you received this proforma.",
        "payment": "Payment",
        "payment_reference": "Reference",
        "paid_credit": "Paid with account credit: {amount}.",
        "covered_by_credit": "Your account credit covers the whole amount: there is nothing to pay.",
        "paid_transfer": "Paid by bank transfer on {date}.",
        "paid_transfer_part": "Paid by bank transfer, by {date}: {amount}.",
        "remitted": "{amount} was not paid and is not due any more: we accepted the amount received.",
        "paid_on_account": "The whole amount was paid on account before.",
        "unpaid": "To be paid: {amount} by {date}.",
        "overdue": "To be paid at once: {amount}. It was due on {date}.",
        "unpaid_by_link": "How to pay: see the email with which you received the proforma invoice.",
        "debit_first_hint": "By PayPal: open the link in the email with which you received this proforma. With the "
        "payment you authorise the debit of later proformas.",
        "debit_hint": "The email with which you received this proforma names the day on which your PayPal account is "
        "charged, or the link for paying it.",
        "paid_online": "Paid by card or PayPal on {date}.",
        "paid_online_part": "Paid by card or PayPal, by {date}: {amount}.",
        "credit": "Reason and refund",
        "credit_reason": "Reason",
        "refund_bank_transfer": "The amount is returned to you by bank transfer.",
        "refund_online": "The amount is returned to the card or PayPal account with which you paid.",
        "refund_account_credit": "The amount stays to your credit and lowers the next proforma.",
        "refund_returned": "Your bank, your card issuer or PayPal has returned the amount to you already: no other "
        "refund follows from us.",
        "refund_part_returned": "Your bank, your card issuer or PayPal has returned {amount} to you already.",
        "refund_part_bank_transfer": "{amount} is returned to you by bank transfer.",
        "refund_part_online": "{amount} is returned to the card or PayPal account with which you paid.",
        "refund_part_account_credit": "{amount} stays to your credit and lowers the next proforma.",
        "not_returned": "{amount} had not been paid, because we accepted the amount received: nothing of it is "
        "returned.",
        "paid_debit": "Paid by PayPal or card on {date}.",
        "paid_debit_part": "Paid by PayPal or card, by {date}: {amount}.",
        "proforma_notice": "Not valid for tax purposes. The invoice is issued once the payment has arrived.",
        "proforma_notice_accrued": "Not valid for tax purposes. The invoice is issued once the payment has arrived or "
        "by the 15th of the month after the service.",
        "proforma_covered": "Not valid for tax purposes. Your account credit covers the amount: there is nothing to "
        "pay, and the invoice is issued without waiting for a payment.",
        "proforma_law": "This is not an invoice under art. 21 of Italian Presidential Decree 633/1972.",
        "not_fiscal": "Not valid for tax purposes",
        "courtesy": "Courtesy copy",
        "courtesy_notice": (
            "Courtesy copy without fiscal value. The original is the electronic invoice (XML), which is being sent to "
            "the Italian exchange system (Sistema di Interscambio). "
        ),
        "credit_courtesy_notice": (
            "Courtesy copy without fiscal value. The original is the electronic credit note (XML), which is being sent "
            "to the Italian exchange system (Sistema di Interscambio). "
        ),
        "original_private": (
            "It will be available in your reserved area on the website of the Italian tax agency (Agenzia delle "
            "Entrate)."
        ),
        "original_business": (
            "It will also be available in your reserved area on the website of the Italian tax agency (Agenzia delle "
            "Entrate), in the portal “Fatture e corrispettivi”."
        ),
        "attachment": "XML file of the electronic invoice",
        "credit_attachment": "XML file of the electronic credit note",
        "page": "Page {page} of {pages}",
        "continued": "{title} {number} of {date}",
    },
}
