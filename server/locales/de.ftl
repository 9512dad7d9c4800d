# Deutsch

skip-to-content = Zum Inhalt springen
search-products = Produkte suchen
search = Suche
home = Startseite
breadcrumb = Brotkrumen
departments = Abteilungen
brands = Marken
footer = Fußbereich
help = Hilfe und Informationen
shop = Shop

browse-departments = Abteilungen entdecken
new-arrivals = Neu im Shop
featured = Empfohlen
guides = Ratgeber
all-guides = Alle Ratgeber

sub-categories = Unterkategorien
page-title = { $title } – Seite { $page }
list-description = { $name } bei { $shop }: { $products }.

filters = Filter
active = aktiv
chosen = ausgewählt
in-stock = Auf Lager
more-values = { $number } weitere
price = Preis
price-in = Preis in { $currency }
range-from = Von
range-to = Bis
apply-filters = Filter anwenden
sort-by = Sortieren nach
sort = Sortieren
active-filters = Aktive Filter
remove-filter = Filter entfernen
clear-all = Alle entfernen
products-heading = Produkte
shown = { $from }–{ $to } von { $total }
pages = Seiten
page = Seite
previous = Zurück
next = Weiter
nothing-filtered = Kein Produkt hat alle diese Eigenschaften.
nothing-here = Hier gibt es zurzeit nichts.
any-facet = { $facet }: beliebig
any-price = Preis: beliebig
also-out-of-stock = Auch, was nicht auf Lager ist
price-from = Ab { $amount }
price-up-to = Bis { $amount }
price-between = { $low } bis { $high }
facet-value = { $facet }: { $value }
sort-relevance = Beste Treffer
sort-featured = Empfohlen
sort-price-asc = Preis aufsteigend
sort-price-desc = Preis absteigend
sort-name = Name
sort-newest = Neueste zuerst

products = { $count ->
    [one] { $number } Produkt
   *[other] { $number } Produkte
}
choices = { $count ->
    [one] { $option }: { $number } Auswahl
   *[other] { $option }: { $number } zur Auswahl
}
variants = { $count ->
    [one] { $number } Variante
   *[other] { $number } Varianten
}
now = Jetzt
was = Vorher
from = ab
saved = −{ $percent } %
price-on-request = Preis auf Anfrage
unit-price = { $amount } / { $unit }
piece = Stück

available = Verfügbar
only-left = { $count ->
    [one] Nur noch { $number } Stück
   *[other] Nur noch { $number } Stück
}
made-to-order = Auf Bestellung gefertigt
available-later = Später verfügbar
ships-later = Bestellbar, wird später geliefert
pre-order = Vorbestellung
can-be-preordered = Vorbestellbar
out-of-stock = Nicht auf Lager
no-longer-available = Nicht mehr erhältlich
expected-on = { $stock }, erwartet am { $day }

pictures = Bilder
films = Filme
downloads = Downloads und Anleitungen
picture = Bild { $number } von { $total }
article-number = Artikelnummer
gtin = GTIN
part-number = Herstellernummer
one-of = { $option } (eins von { $number })
show-choice = Auswahl anzeigen
sold-out = ausverkauft
elsewhere = nicht in dieser Kombination, ändert die andere Auswahl
changes-the-rest = ändert den Rest
note-sold-out = Durchgestrichen: zurzeit ausverkauft.
note-elsewhere = Gestrichelt: in dieser Kombination nicht erhältlich; die andere Auswahl ändert sich mit.
description = Beschreibung
details = Einzelheiten
goes-well = Passt gut dazu
instead-of-it = Alternativen
you-may-also-like = Das könnte Ihnen auch gefallen
more-like-this = Ähnliche Produkte

search-hint = Geben Sie oben ein Produkt, eine Marke, eine Eigenschaft oder eine Artikelnummer ein.
quoted = „{ $text }“
results-for = Ergebnisse für „{ $query }“
nothing-matches = Nichts passt zu „{ $query }“.
nothing-advice = Prüfen Sie die Schreibweise, nehmen Sie weniger oder allgemeinere Wörter, oder beginnen Sie hier.
search-for-less = Nach weniger suchen
similar-words = mit ähnlichen Wörtern wie „{ $query }“, weil nichts genau diese hat
search-in = { $shop } durchsuchen.
last-changed = Zuletzt geändert am { $day }

error-code = Fehler { $status }
go-home = Zur Startseite
perhaps = Vielleicht suchten Sie
error-400 = Diese Adresse können wir nicht lesen
error-400-help = Etwas darin ist fehlerhaft. Bitte prüfen Sie sie, oder beginnen Sie auf der Startseite.
error-404 = Wir finden diese Seite nicht
error-404-help = Vielleicht ist die Adresse vertippt, oder was hier war, ist nicht mehr im Shop. Die Suche oben findet, was es gibt.
error-405 = So lässt sich diese Seite nicht benutzen
error-405-help = Sie kann gelesen werden, aber nichts empfangen. Bitte gehen Sie zurück und versuchen Sie es noch einmal.
error-408 = Das hat zu lange gedauert
error-408-help = Die Anfrage kam nicht rechtzeitig an. Bitte versuchen Sie es noch einmal.
error-410 = Das gibt es nicht mehr im Shop
error-410-help = Vielleicht gibt es etwas Ähnliches.
error-413 = Das war zu viel
error-413-help = Die Adresse oder das Formular ist länger, als wir annehmen können.
error-503 = Wir öffnen gleich
error-503-help = Der Shop wird vorbereitet und ist in einem Moment da. Bitte versuchen Sie es in einigen Sekunden noch einmal.
error-500 = Bei uns ist etwas schiefgegangen
error-500-help = Es liegt nicht an Ihnen, und es wurde vermerkt. Bitte versuchen Sie es gleich noch einmal.
