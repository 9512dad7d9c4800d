# Italiano

skip-to-content = Vai al contenuto
search-products = Cerca prodotti
search = Cerca
home = Home
breadcrumb = Percorso di navigazione
departments = Reparti
brand = Marca
brands = Marchi
footer = Piè di pagina
languages = Lingue
help = Aiuto e informazioni
shop = Negozio

browse-departments = Sfoglia i reparti
new-arrivals = Novità
featured = In evidenza
guides = Guide
all-guides = Tutte le guide

sub-categories = Sottocategorie
page-title = { $title } – pagina { $page }
list-description = { $name } da { $shop }: { $products }.

filters = Filtri
active = attivi
chosen = scelti
in-stock = Disponibile
more-values = Altri { $number }
price = Prezzo
price-in = Prezzo in { $currency }
range-from = Da
range-to = A
apply-filters = Applica filtri
sort-by = Ordina per
sort = Ordina
active-filters = Filtri attivi
remove-filter = Rimuovi filtro
clear-all = Rimuovi tutti
products-heading = Prodotti
shown = { $from }–{ $to } di { $total }
pages = Pagine
page = Pagina
previous = Precedente
next = Successiva
nothing-filtered = Nessun prodotto ha tutte queste proprietà.
nothing-here = Al momento qui non c’è nulla.
any-facet = { $facet }: qualsiasi
any-price = Prezzo: qualsiasi
also-out-of-stock = Anche ciò che è esaurito
price-from = Da { $amount }
price-up-to = Fino a { $amount }
price-between = Da { $low } a { $high }
facet-value = { $facet }: { $value }
sort-relevance = Rilevanza
sort-featured = In evidenza
sort-price-asc = Prezzo crescente
sort-price-desc = Prezzo decrescente
sort-name = Nome
sort-newest = Novità

products = { $count ->
    [one] { $number } prodotto
   *[other] { $number } prodotti
}
choices = { $count ->
    [one] { $option }: { $number } scelta
   *[other] { $option }: { $number } scelte
}
variants = { $count ->
    [one] { $number } variante
   *[other] { $number } varianti
}
now = Ora
was = Prima
from = da
saved = −{ $percent }%
lowest-before = Prezzo più basso degli ultimi 30 giorni: { $amount }
sale-until = Fino al { $day }
price-on-request = Prezzo su richiesta
unit-price = { $amount } / { $unit }
tier-prices = Prezzi per quantità
tier-from = Da { $number } pezzi
tier-each = { $amount } al pezzo
tier-saved = risparmi il { $percent }%
piece = pezzo

available = Disponibile
only-left = { $count ->
    [one] Ne resta solo { $number }
   *[other] Ne restano solo { $number }
}
leaves-within = { $count ->
    [one] Spedito entro { $number } giorno
   *[other] Spedito entro { $number } giorni
}
made-to-order = Realizzato su ordinazione
available-later = Disponibile più avanti
ships-later = Ordinabile, spedito più avanti
pre-order = Preordine
can-be-preordered = Preordinabile
out-of-stock = Esaurito
no-longer-available = Non più disponibile
expected-on = { $stock }, previsto il { $day }
collect-at = Ritiro in sede
few-left = Ne restano pochi
in-stock-at = Disponibile in { $some } sedi su { $all }
not-enough-here = Qui non ce n’è abbastanza: { $names }

pictures = Immagini
films = Video
models = Vedi in 3D
downloads = Download e manuali
picture = Immagine { $number } di { $total }
article-number = Codice articolo
gtin = GTIN
part-number = Codice del produttore
one-of = { $option } (una di { $number })
show-choice = Mostra questa scelta
sold-out = esaurito
elsewhere = non in questa combinazione, cambia l’altra scelta
changes-the-rest = cambia il resto
note-sold-out = Barrato: esaurito al momento.
note-elsewhere = Tratteggiato: non esiste in questa combinazione; sceglierlo cambia anche l’altra scelta.
description = Descrizione
details = Dettagli
goes-well = Si abbina bene
in-this-set = In questo set
instead-of-it = In alternativa
you-may-also-like = Potrebbe piacerti anche
more-like-this = Altri prodotti simili

search-hint = Scrivi qui sopra un prodotto, un marchio, una caratteristica o un codice articolo.
quoted = «{ $text }»
results-for = Risultati per «{ $query }»
nothing-matches = Nulla corrisponde a «{ $query }».
nothing-advice = Controlla l’ortografia, usa meno parole o più generali, oppure parti da qui.
search-for-less = Cerca con meno parole
similar-words = con parole simili a «{ $query }», perché nulla ha esattamente queste
search-in = Cerca in { $shop }.
last-changed = Ultima modifica: { $day }

error-code = Errore { $status }
go-home = Vai alla home
perhaps = Forse cercavi
error-400 = Non riusciamo a leggere questo indirizzo
error-400-help = Contiene un errore. Controllalo oppure riparti dalla home.
error-404 = Non troviamo questa pagina
error-404-help = L’indirizzo potrebbe essere sbagliato, oppure ciò che era qui non è più nel negozio. La ricerca qui sopra trova quello che c’è.
error-405 = Questa pagina non si usa così
error-405-help = Si può leggere, ma non le si può inviare nulla. Torna indietro e riprova.
error-408 = Ci è voluto troppo tempo
error-408-help = La richiesta non è arrivata in tempo. Riprova.
error-410 = Questo non è più nel negozio
error-410-help = Forse c’è qualcosa di simile.
error-413 = Era troppo
error-413-help = L’indirizzo o il modulo è più lungo di quanto possiamo accettare.
error-503 = Apriamo tra poco
error-503-help = Il negozio è in preparazione e sarà qui tra un momento. Riprova tra qualche secondo.
error-500 = Qualcosa è andato storto da parte nostra
error-500-help = Non è colpa tua ed è stato annotato. Riprova tra un momento.

error-401 = Per clienti invitati
error-401-help = Questa parte del negozio è per i clienti con un link di accesso. Apri di nuovo il tuo link o chiedicene uno nuovo.
error-403 = Non si può inviare da lì
error-403-help = Il modulo non proveniva da una pagina di questo negozio, quindi non è stato fatto nulla. Vai alla pagina e invialo da lì.
error-429 = Era molto in una volta sola
error-429-help = Aspetta un minuto e riprova. Nulla è andato perso.

add-to-cart = Aggiungi al carrello
view-cart = Vedi il carrello
cart = Carrello
cart-empty = Il tuo carrello è vuoto.
continue-shopping = Continua gli acquisti
update-cart = Aggiorna il carrello
clear-cart = Svuota il carrello
remove = Rimuovi
undo = Annulla
quantity = Quantità
quantity-of = Quantità di { $product }
summary = Il tuo ordine
subtotal = Subtotale
delivery = Spedizione
delivery-by = Spedizione: { $method }
total = Totale
tax = IVA
tax-included = Include { $amount } di IVA ({ $percent }%)
tax-at = IVA { $percent }%
free-of-charge = gratis
at-checkout = calcolata alla cassa
coupon = Codice sconto
redeem = Applica
to-checkout = Vai alla cassa
cart-needs-changes = Modifica ciò che è segnalato qui sopra; poi potrai ordinare.
quick-order = Ordina per codice articolo
quick-order-help = Un codice articolo per riga, seguito dalla quantità, ad esempio: A-100 3
share-cart = Condividi questo carrello
share-cart-help = Chi apre questo indirizzo vede che cosa c’è nel tuo carrello, e nulla su di te.
shared-cart = Qualcuno ha condiviso con te questo carrello
take-shared-cart = Metti tutto nel mio carrello
cart-updated = Il tuo carrello è aggiornato.
cart-added = { $product } è nel tuo carrello.
cart-removed = { $product } non è più nel tuo carrello.
cart-cleared = Il tuo carrello è stato svuotato.
cart-full = Un carrello contiene { $most } righe; non è stato possibile inserire tutto.
cart-unknown = Questo non è più nel negozio.
cart-unreadable = Non è stato possibile leggere il tuo carrello, quindi ne è stato iniziato uno nuovo.
price-changed = Il prezzo è cambiato: prima { $was }, ora { $now }.
line-sold-out = Esaurito al momento. Rimuovilo per ordinare il resto.
line-discontinued = Non più disponibile. Rimuovilo per ordinare il resto.
line-without-price = Il prezzo è solo su richiesta. Rimuovilo per ordinare il resto.
line-only-left = { $count ->
    [one] Ne resta solo { $number }. Riduci la quantità.
   *[other] Ne restano solo { $number }. Riduci la quantità.
}
lines-gone = { $count ->
    [one] { $number } articolo del tuo carrello non è più nel negozio e sarà rimosso.
   *[other] { $number } articoli del tuo carrello non sono più nel negozio e saranno rimossi.
}
lines-taken = { $count ->
    [one] { $number } articolo è stato aggiunto al tuo carrello.
   *[other] { $number } articoli sono stati aggiunti al tuo carrello.
}
numbers-unknown = { $taken } Non trovato: { $numbers }
coupon-noted = Il tuo codice è stato registrato.
coupons-full = Un carrello accetta { $most } codici.
coupon-unknown = Non conosciamo questo codice.
coupon-not-yet = Questo codice è valido a partire dal giorno { $day }.
coupon-expired = Questo codice era valido fino al giorno { $day }.
coupon-other-customers = Questo codice è per altri clienti.
coupon-nothing-qualifies = Questo codice non vale per nessun articolo del tuo carrello.
coupon-below-minimum = Ancora { $amount } e questo codice si applica.
coupon-too-few = { $count ->
    [one] Ancora { $number } articolo e questo codice si applica.
   *[other] Ancora { $number } articoli e questo codice si applica.
}
coupon-excluded = Questo codice non è cumulabile con «{ $name }».

checkout = Cassa
please-correct = Correggi quanto segue
contact = Dati di contatto
delivery-address = Indirizzo di spedizione
billing-address = Indirizzo di fatturazione
other-billing = La fattura va a un altro indirizzo
update-delivery = Aggiorna la spedizione
payment = Pagamento
note-to-shop = Messaggio per il negozio
optional = facoltativo
accept-terms = Accetto:
newsletter = Desidero ricevere novità via e-mail
order-now = Ordina con obbligo di pagare
terms = Condizioni generali di vendita
field-email = E-mail
field-phone = Telefono
field-vat-id = Partita IVA
field-name = Nome e cognome
field-company = Azienda
field-line1 = Via e numero civico
field-line2 = Altri dati dell’indirizzo
field-postcode = CAP
field-city = Città
field-region = Provincia o stato
field-country = Paese
pay-by-invoice = Pagamento con fattura
pay-by-invoice-help = Ricevi una fattura e paghi con bonifico bancario.
pay-on-delivery = Contrassegno
pay-on-delivery-help = Paghi quando il pacco ti viene consegnato.
pay-by-card = Carta e altri pagamenti online
pay-by-card-help = Paghi su una pagina del nostro fornitore di pagamenti, Stripe, e poi torni qui.
withdraw-here = Recedere dal contratto qui
withdrawal-help = Qui può recedere da un contratto senza indicarne il motivo. Ci dica di quale ordine si tratta; vedrà tutto ancora una volta prima dell’invio.
withdrawal-order-number = Numero d’ordine
withdrawal-articles = Articoli da cui recede, se non tutti
withdrawal-date = Ordinato o ricevuto il
withdrawal-check = Continua
withdrawal-check-help = Controlli che cosa sta per inviare. Vale dal momento in cui lo conferma.
withdrawal-confirm = Confermare il recesso
withdrawal-change = Modifica
withdrawal-received = Abbiamo ricevuto il Suo recesso
withdrawal-keep = Stampi questa pagina o ne conservi l’indirizzo: è la Sua conferma di ricezione.
withdrawal-and-others = … e gli altri articoli di questo ordine
withdrawal-not-stored = Il Suo recesso NON è stato inviato: non abbiamo potuto salvarlo. Riprovi tra un momento.
withdrawal-not-known = Non sappiamo ancora se il Suo recesso è arrivato: il nostro archivio non risponde. Lo invii di nuovo tra un momento. Anche se inviato più volte, resta un solo recesso.
withdrawal-received-help = Ricevuto il { $time } con il numero { $number }. Lo confermiamo a { $email }.

# Being told when something can be had again
restock-ask = Avvisami quando torna
restock-help = Scriveremo una sola volta a questo indirizzo, appena { $name } sarà di nuovo disponibile.
restock-received = Ne abbiamo preso nota
restock-received-help = Ti scriveremo appena { $name } sarà di nuovo disponibile.
restock-not-stored = Non siamo riusciti a prenderne nota. Riprova tra un momento.
payment-unavailable = Al momento il pagamento online non funziona. Non è stato addebitato nulla e il tuo ordine NON è stato effettuato. Riprova tra un momento o scegli un altro modo di pagare.
payment-pending = Stiamo confermando il tuo pagamento
payment-failed = Il pagamento non è andato a buon fine
payment-failed-help = Non è stato ordinato nulla. Ordina di nuovo, magari con un altro modo di pagare.
payment-look-again = Controlla di nuovo
paid = pagato
payment-pending-help = Appena sappiamo che è stato pagato, registriamo il tuo ordine { $number } e scriviamo a { $email }. Di solito ci vuole meno di un minuto; non serve pagare di nuovo.
fault-missing = compila questo campo
fault-mail = indica un indirizzo e-mail, ad esempio nome@mail.example
fault-phone = indica un numero di telefono con sole cifre, ad esempio +39 06 0000 0000
fault-postcode = indica un codice postale, ad esempio { $example }
fault-not-chosen = scegli un’opzione
fault-not-accepted = vanno accettate per ordinare
fault-too-long = abbrevia questo testo
total-changed = Il totale è cambiato mentre eri qui: prima { $was }, ora { $now }. Controllalo e ordina di nuovo.
prices-of-catalog = Non è stato possibile calcolare i tuoi prezzi. Questi sono i prezzi del nostro catalogo.
prices-unknown = Al momento non possiamo calcolare i tuoi prezzi, quindi non si può ordinare nulla. Il tuo carrello resta com’è; riprova tra un momento.
cart-changed-meanwhile = Il tuo carrello nel frattempo è cambiato, forse in un’altra scheda. Controllalo e ordina di nuovo.
form-too-old = Questa pagina è rimasta aperta a lungo. Controllala e ordina di nuovo.
order-not-stored = Il tuo ordine NON è stato effettuato: non siamo riusciti a salvarlo. Non è stato addebitato nulla. Riprova tra un momento.
order-not-known = Non sappiamo ancora se il tuo ordine è stato effettuato: il nostro archivio non risponde. Invialo di nuovo tra un momento. Anche se lo invii più volte, resta un solo ordine.
thank-you = Grazie per il tuo ordine
order-received = Abbiamo ricevuto il tuo ordine { $number }. Ti scriviamo a { $email }.
keep-this-address = Conserva l’indirizzo di questa pagina: mostra a che punto è il tuo ordine.
track-parcel = Traccia il pacco
order-waits = È in fase di trasmissione al nostro ufficio ordini.
order-taken-in = Il nostro ufficio ordini lo ha ricevuto.
order-confirmed = È confermato.
order-shipped = È in viaggio verso di te.
order-delivered = È stato consegnato.
order-cancelled = È stato annullato.
order-refunded = L’importo è stato rimborsato.
not-a-quantity = Indica un numero intero da 1 a { $most }; non è stato modificato nulla.

wishlist = Lista dei desideri
add-to-wishlist = Aggiungi alla lista dei desideri
view-wishlist = Vedi la lista dei desideri
wishlist-empty = La tua lista dei desideri è ancora vuota.
wishlist-added = { $product } è nella tua lista dei desideri.
share-wishlist = Condividi questa lista dei desideri
share-wishlist-help = Chi apre questo indirizzo vede che cosa c’è nella tua lista dei desideri, e nulla su di te.
shared-wishlist = Qualcuno ha condiviso con te questa lista dei desideri
take-shared-wishlist = Metti tutto nella mia lista dei desideri
comparison = Confronto
add-to-comparison = Aggiungi al confronto
view-comparison = Vedi il confronto
comparison-empty = Non c’è ancora nulla da confrontare.
comparison-added = { $product } è nel tuo confronto.
list-removed = { $product } non è più nella lista.
list-cleared = Ora la lista è vuota.
list-full = Questa lista contiene al massimo { $most } articoli. Togline uno prima di aggiungerne un altro.
clear-list = Svuota la lista
availability = Disponibilità
price-per-unit = Prezzo per unità di misura
department = Reparto
differs = diverso
not-stated = non indicato
suggested-searches = Ricerche
recently-viewed = Visti di recente
list-gone = { $count ->
    [one] { $number } articolo di questa lista non è più nel negozio ed è stato tolto.
   *[other] { $number } articoli di questa lista non sono più nel negozio e sono stati tolti.
}
list-taken = { $count ->
    [one] { $number } articolo è stato aggiunto alla lista.
   *[other] { $number } articoli sono stati aggiunti alla lista.
}
suggestions-found = { $count ->
    [one] { $number } suggerimento
   *[other] { $number } suggerimenti
}

all-departments = Tutti i reparti
all-brands = Tutte le marche
view-grid = Griglia
view-list = Elenco
reviews = Recensioni dei clienti
verified-purchase = Acquisto verificato
sort-rating = Più votati
rating-of = { $rating } stelle su 5
answer-of = Risposta di { $shop }
review-count = { $count ->
    [one] { $number } recensione
   *[other] { $number } recensioni
}
stars = { $count ->
    [one] { $number } stella
   *[other] { $number } stelle
}
enlarge = Ingrandisci l’immagine
rating = Valutazione
any-rating = Qualsiasi valutazione
stars-or-more = { $count ->
    [one] { $number } stella o più
   *[other] { $number } stelle o più
}
