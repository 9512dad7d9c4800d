# Deutsch

skip-to-content = Zum Inhalt springen
search-products = Produkte suchen
search = Suche
home = Startseite
breadcrumb = Brotkrumen
departments = Abteilungen
brand = Marke
brands = Marken
footer = Fußbereich
languages = Sprachen
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
lowest-before = Niedrigster Preis der letzten 30 Tage: { $amount }
sale-until = Bis { $day }
price-on-request = Preis auf Anfrage
unit-price = { $amount } / { $unit }
tier-prices = Mengenpreise
tier-from = Ab { $number } Stück
tier-each = je { $amount }
tier-saved = { $percent } % gespart
piece = Stück

available = Verfügbar
only-left = { $count ->
    [one] Nur noch { $number } Stück
   *[other] Nur noch { $number } Stück
}
leaves-within = { $count ->
    [one] Versand innerhalb von { $number } Tag
   *[other] Versand innerhalb von { $number } Tagen
}
made-to-order = Auf Bestellung gefertigt
available-later = Später verfügbar
ships-later = Bestellbar, wird später geliefert
pre-order = Vorbestellung
can-be-preordered = Vorbestellbar
out-of-stock = Nicht auf Lager
no-longer-available = Nicht mehr erhältlich
expected-on = { $stock }, erwartet am { $day }
collect-at = Selbst abholen
few-left = Nur noch wenige
in-stock-at = An { $some } von { $all } Orten auf Lager
not-enough-here = Hiervon ist dort nicht genug da: { $names }

pictures = Bilder
films = Filme
models = In 3D ansehen
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
in-this-set = In diesem Set
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

error-401 = Für eingeladene Kunden
error-401-help = Dieser Teil des Shops ist für Kunden mit einem Zugangslink. Bitte öffnen Sie Ihren Link noch einmal oder bitten Sie uns um einen neuen.
error-403 = Das lässt sich von dort nicht absenden
error-403-help = Das Formular kam nicht von einer Seite dieses Shops, deshalb wurde nichts ausgeführt. Bitte öffnen Sie die Seite und senden Sie es von dort ab.
error-429 = Das war sehr viel auf einmal
error-429-help = Bitte warten Sie eine Minute und versuchen Sie es noch einmal. Es ist nichts verloren gegangen.

add-to-cart = In den Warenkorb
view-cart = Warenkorb ansehen
cart = Warenkorb
cart-empty = Ihr Warenkorb ist leer.
continue-shopping = Weiter einkaufen
update-cart = Warenkorb aktualisieren
clear-cart = Warenkorb leeren
remove = Entfernen
undo = Rückgängig machen
quantity = Menge
quantity-of = Menge von { $product }
summary = Ihre Bestellung
subtotal = Zwischensumme
delivery = Lieferung
delivery-by = Lieferung: { $method }
total = Gesamtsumme
tax = MwSt.
tax-included = Enthält { $amount } MwSt. ({ $percent } %)
tax-at = { $percent } % MwSt.
free-of-charge = kostenlos
at-checkout = wird an der Kasse berechnet
coupon = Gutscheincode
redeem = Einlösen
to-checkout = Zur Kasse
cart-needs-changes = Bitte ändern Sie, was oben markiert ist; danach können Sie bestellen.
quick-order = Nach Artikelnummer bestellen
quick-order-help = Eine Artikelnummer je Zeile, dahinter die Menge, zum Beispiel: A-100 3
share-cart = Diesen Warenkorb teilen
share-cart-help = Wer diese Adresse öffnet, sieht, was in Ihrem Warenkorb liegt, aber nichts über Sie.
shared-cart = Jemand hat diesen Warenkorb mit Ihnen geteilt
take-shared-cart = Alles in meinen Warenkorb legen
cart-updated = Ihr Warenkorb ist auf dem neuesten Stand.
cart-added = { $product } liegt in Ihrem Warenkorb.
cart-removed = { $product } wurde aus Ihrem Warenkorb entfernt.
cart-cleared = Ihr Warenkorb wurde geleert.
cart-full = Ein Warenkorb fasst { $most } Positionen; nicht alles konnte hineingelegt werden.
cart-unknown = Das gibt es nicht mehr im Shop.
cart-unreadable = Ihr Warenkorb konnte nicht gelesen werden und wurde deshalb neu begonnen.
price-changed = Der Preis hat sich geändert: Er war { $was }, jetzt ist er { $now }.
line-sold-out = Zurzeit ausverkauft. Bitte entfernen Sie den Artikel, um den Rest zu bestellen.
line-discontinued = Nicht mehr erhältlich. Bitte entfernen Sie den Artikel, um den Rest zu bestellen.
line-without-price = Den Preis gibt es nur auf Anfrage. Bitte entfernen Sie den Artikel, um den Rest zu bestellen.
line-only-left = { $count ->
    [one] Nur noch { $number } Stück verfügbar. Bitte verringern Sie die Menge.
   *[other] Nur noch { $number } Stück verfügbar. Bitte verringern Sie die Menge.
}
lines-gone = { $count ->
    [one] { $number } Artikel in Ihrem Warenkorb ist nicht mehr im Shop und wird entfernt.
   *[other] { $number } Artikel in Ihrem Warenkorb sind nicht mehr im Shop und werden entfernt.
}
lines-taken = { $count ->
    [one] { $number } Artikel wurde in Ihren Warenkorb gelegt.
   *[other] { $number } Artikel wurden in Ihren Warenkorb gelegt.
}
numbers-unknown = { $taken } Nicht gefunden: { $numbers }
coupon-noted = Ihr Code wurde übernommen.
coupons-full = Ein Warenkorb nimmt höchstens { $most } Codes an.
coupon-unknown = Diesen Code kennen wir nicht.
coupon-not-yet = Dieser Code gilt ab dem { $day }.
coupon-expired = Dieser Code galt bis zum { $day }.
coupon-other-customers = Dieser Code ist für andere Kunden bestimmt.
coupon-nothing-qualifies = Dieser Code gilt für keinen Artikel in Ihrem Warenkorb.
coupon-below-minimum = Noch { $amount }, dann gilt dieser Code.
coupon-too-few = { $count ->
    [one] Noch { $number } Artikel, dann gilt dieser Code.
   *[other] Noch { $number } Artikel, dann gilt dieser Code.
}
coupon-excluded = Dieser Code lässt sich nicht mit „{ $name }“ kombinieren.

checkout = Kasse
please-correct = Bitte korrigieren Sie Folgendes
contact = Kontaktdaten
delivery-address = Lieferadresse
billing-address = Rechnungsadresse
other-billing = Die Rechnung geht an eine andere Adresse
update-delivery = Lieferung aktualisieren
payment = Zahlung
note-to-shop = Nachricht an den Shop
optional = optional
accept-terms = Ich akzeptiere:
newsletter = Ich möchte Neuigkeiten per E-Mail erhalten
order-now = Zahlungspflichtig bestellen
terms = AGB
field-email = E-Mail-Adresse
field-phone = Telefon
field-vat-id = USt-IdNr.
field-name = Vor- und Nachname
field-company = Firma
field-line1 = Straße und Hausnummer
field-line2 = Adresszusatz
field-postcode = Postleitzahl
field-city = Ort
field-region = Bundesland oder Provinz
field-country = Land
pay-by-invoice = Kauf auf Rechnung
pay-by-invoice-help = Sie erhalten eine Rechnung und zahlen per Überweisung.
pay-on-delivery = Nachnahme
pay-on-delivery-help = Sie zahlen bei der Übergabe des Pakets.
pay-by-card = Karte und andere Online-Zahlarten
pay-by-card-help = Sie zahlen auf einer Seite unseres Zahlungsdienstes Stripe und kommen dann hierher zurück.
withdraw-here = Vertrag widerrufen
withdrawal-help = Hier können Sie einen Vertrag ohne Angabe von Gründen widerrufen. Nennen Sie uns die Bestellung; Sie sehen alles noch einmal, bevor es abgeschickt wird.
withdrawal-order-number = Bestellnummer
withdrawal-articles = Artikel, die Sie widerrufen, falls nicht alle
withdrawal-date = Bestellt oder erhalten am
withdrawal-check = Weiter
withdrawal-check-help = Bitte prüfen Sie, was Sie absenden. Es gilt, sobald Sie es bestätigt haben.
withdrawal-confirm = Widerruf bestätigen
withdrawal-change = Ändern
withdrawal-received = Ihr Widerruf ist eingegangen
withdrawal-keep = Drucken Sie diese Seite oder bewahren Sie ihre Adresse auf: Sie ist Ihre Eingangsbestätigung.
withdrawal-and-others = … und die übrigen Artikel dieser Bestellung
withdrawal-not-stored = Ihr Widerruf wurde NICHT gesendet: Wir konnten ihn nicht speichern. Bitte versuchen Sie es gleich noch einmal.
withdrawal-not-known = Wir wissen noch nicht, ob Ihr Widerruf angekommen ist: Unser Speicher antwortet nicht. Bitte senden Sie ihn gleich noch einmal. Auch mehrmals gesendet bleibt es ein Widerruf.
withdrawal-received-help = Eingegangen am { $time } unter der Nummer { $number }. Wir bestätigen ihn an { $email }.

# Being told when something can be had again
restock-ask = Sagen Sie mir, wenn es wieder da ist
restock-help = Wir schreiben einmal an diese Adresse, sobald { $name } wieder zu haben ist.
restock-received = Wir haben es notiert
restock-received-help = Wir schreiben Ihnen, sobald { $name } wieder zu haben ist.
restock-not-stored = Wir konnten es gerade nicht notieren. Bitte versuchen Sie es gleich noch einmal.
payment-unavailable = Online-Zahlung funktioniert im Moment nicht. Es wurde nichts berechnet und Ihre Bestellung wurde NICHT aufgegeben. Bitte versuchen Sie es gleich noch einmal oder wählen Sie eine andere Zahlart.
payment-pending = Ihre Zahlung wird bestätigt
payment-failed = Die Zahlung ist nicht zustande gekommen
payment-failed-help = Es wurde nichts bestellt. Bitte bestellen Sie noch einmal, vielleicht mit einer anderen Zahlart.
payment-look-again = Noch einmal nachsehen
paid = bezahlt
payment-pending-help = Sobald wir erfahren, dass bezahlt wurde, nehmen wir Ihre Bestellung { $number } auf und schreiben an { $email }. Das dauert meist weniger als eine Minute; Sie müssen nicht noch einmal zahlen.
fault-missing = bitte ausfüllen
fault-mail = bitte eine E-Mail-Adresse angeben, zum Beispiel name@mail.example
fault-phone = bitte eine Telefonnummer nur aus Ziffern angeben, zum Beispiel +49 30 23125 000
fault-postcode = bitte eine Postleitzahl angeben, zum Beispiel { $example }
fault-not-chosen = bitte auswählen
fault-not-accepted = bitte akzeptieren, um zu bestellen
fault-too-long = bitte kürzen
total-changed = Die Gesamtsumme hat sich inzwischen geändert: Sie war { $was }, jetzt ist sie { $now }. Bitte prüfen Sie sie und bestellen Sie noch einmal.
prices-of-catalog = Ihre eigenen Preise konnten wir gerade nicht ermitteln. Dies sind die Preise unseres Katalogs.
prices-unknown = Wir können Ihre Preise im Moment nicht ermitteln, deshalb kann nichts bestellt werden. Ihr Warenkorb bleibt, wie er ist; bitte versuchen Sie es gleich noch einmal.
cart-changed-meanwhile = Ihr Warenkorb hat sich inzwischen geändert, vielleicht in einem anderen Tab. Bitte prüfen Sie ihn und bestellen Sie noch einmal.
form-too-old = Diese Seite war lange geöffnet. Bitte prüfen Sie sie und bestellen Sie noch einmal.
order-not-stored = Ihre Bestellung wurde NICHT aufgegeben: Wir konnten sie nicht speichern. Es wurde nichts berechnet. Bitte versuchen Sie es gleich noch einmal.
order-not-known = Wir wissen noch nicht, ob Ihre Bestellung angekommen ist: Unser Speicher antwortet nicht. Bitte senden Sie sie gleich noch einmal. Auch mehrmals gesendet bleibt es eine Bestellung.
thank-you = Vielen Dank für Ihre Bestellung
order-received = Wir haben Ihre Bestellung { $number } erhalten. Wir schreiben Ihnen an { $email }.
keep-this-address = Bewahren Sie die Adresse dieser Seite auf: Hier sehen Sie, wie weit Ihre Bestellung ist.
track-parcel = Paket verfolgen
order-waits = Sie wird gerade an unsere Bestellannahme weitergegeben.
order-taken-in = Sie liegt unserer Bestellannahme vor.
order-confirmed = Sie ist bestätigt.
order-shipped = Sie ist unterwegs zu Ihnen.
order-delivered = Sie wurde zugestellt.
order-cancelled = Sie wurde storniert.
order-refunded = Der Betrag wurde Ihnen erstattet.
not-a-quantity = Bitte geben Sie eine ganze Zahl von 1 bis { $most } an; es wurde nichts geändert.

wishlist = Merkliste
add-to-wishlist = Auf die Merkliste
view-wishlist = Merkliste ansehen
wishlist-empty = Auf Ihrer Merkliste steht noch nichts.
wishlist-added = { $product } steht auf Ihrer Merkliste.
share-wishlist = Diese Merkliste teilen
share-wishlist-help = Wer diese Adresse öffnet, sieht, was auf Ihrer Merkliste steht, aber nichts über Sie.
shared-wishlist = Jemand hat diese Merkliste mit Ihnen geteilt
take-shared-wishlist = Alles auf meine Merkliste setzen
comparison = Vergleich
add-to-comparison = Zum Vergleich hinzufügen
view-comparison = Vergleich ansehen
comparison-empty = Noch gibt es nichts zu vergleichen.
comparison-added = { $product } ist in Ihrem Vergleich.
list-removed = { $product } wurde von der Liste genommen.
list-cleared = Die Liste ist jetzt leer.
list-full = Diese Liste fasst { $most } Artikel. Bitte nehmen Sie einen herunter, bevor Sie einen weiteren hinzufügen.
clear-list = Liste leeren
availability = Verfügbarkeit
price-per-unit = Grundpreis
department = Abteilung
differs = unterschiedlich
not-stated = keine Angabe
suggested-searches = Suchvorschläge
recently-viewed = Zuletzt angesehen
list-gone = { $count ->
    [one] { $number } Artikel auf dieser Liste ist nicht mehr im Shop und wurde heruntergenommen.
   *[other] { $number } Artikel auf dieser Liste sind nicht mehr im Shop und wurden heruntergenommen.
}
list-taken = { $count ->
    [one] { $number } Artikel wurde auf die Liste gesetzt.
   *[other] { $number } Artikel wurden auf die Liste gesetzt.
}
suggestions-found = { $count ->
    [one] { $number } Vorschlag
   *[other] { $number } Vorschläge
}

all-departments = Alle Abteilungen
all-brands = Alle Marken
view-grid = Kacheln
view-list = Liste
reviews = Kundenbewertungen
verified-purchase = Bestätigter Kauf
sort-rating = Beste Bewertung
rating-of = { $rating } von 5 Sternen
answer-of = Antwort von { $shop }
review-count = { $count ->
    [one] { $number } Bewertung
   *[other] { $number } Bewertungen
}
stars = { $count ->
    [one] { $number } Stern
   *[other] { $number } Sterne
}
enlarge = Bild vergrößern
rating = Bewertung
any-rating = Jede Bewertung
stars-or-more = { $count ->
    [one] { $number } Stern oder mehr
   *[other] { $number } Sterne oder mehr
}
