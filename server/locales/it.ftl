# Italiano

skip-to-content = Vai al contenuto
search-products = Cerca prodotti
search = Cerca
home = Home
breadcrumb = Percorso di navigazione
departments = Reparti
brands = Marchi
footer = Piè di pagina
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
price-on-request = Prezzo su richiesta
unit-price = { $amount } / { $unit }
piece = pezzo

available = Disponibile
only-left = { $count ->
    [one] Ne resta solo { $number }
   *[other] Ne restano solo { $number }
}
made-to-order = Realizzato su ordinazione
available-later = Disponibile più avanti
ships-later = Ordinabile, spedito più avanti
pre-order = Preordine
can-be-preordered = Preordinabile
out-of-stock = Esaurito
no-longer-available = Non più disponibile
expected-on = { $stock }, previsto il { $day }

pictures = Immagini
films = Video
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
