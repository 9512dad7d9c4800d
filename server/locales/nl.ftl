# Nederlands

skip-to-content = Naar de inhoud
search-products = Producten zoeken
search = Zoeken
home = Home
breadcrumb = Kruimelpad
departments = Afdelingen
brand = Merk
brands = Merken
footer = Voettekst
languages = Talen
help = Hulp en informatie
shop = Winkel

browse-departments = Bekijk de afdelingen
new-arrivals = Nieuw binnen
featured = Uitgelicht
guides = Gidsen
all-guides = Alle gidsen

sub-categories = Subcategorieën
page-title = { $title } – pagina { $page }
list-description = { $name } bij { $shop }: { $products }.

filters = Filters
active = actief
chosen = gekozen
in-stock = Op voorraad
more-values = Nog { $number }
price = Prijs
price-in = Prijs in { $currency }
range-from = Van
range-to = Tot
apply-filters = Filters toepassen
sort-by = Sorteren op
sort = Sorteren
active-filters = Actieve filters
remove-filter = Filter verwijderen
clear-all = Alles wissen
products-heading = Producten
shown = { $from }–{ $to } van { $total }
pages = Pagina’s
page = Pagina
previous = Vorige
next = Volgende
nothing-filtered = Geen product heeft al deze eigenschappen.
nothing-here = Hier is op dit moment niets.
any-facet = { $facet }: maakt niet uit
any-price = Prijs: maakt niet uit
also-out-of-stock = Ook wat niet op voorraad is
price-from = Vanaf { $amount }
price-up-to = Tot { $amount }
price-between = { $low } tot { $high }
facet-value = { $facet }: { $value }
sort-relevance = Beste resultaat
sort-featured = Uitgelicht
sort-price-asc = Prijs oplopend
sort-price-desc = Prijs aflopend
sort-name = Naam
sort-newest = Nieuwste

products = { $count ->
    [one] { $number } product
   *[other] { $number } producten
}
choices = { $count ->
    [one] { $option }: { $number } keuze
   *[other] { $option }: { $number } keuzes
}
variants = { $count ->
    [one] { $number } variant
   *[other] { $number } varianten
}
now = Nu
was = Was
from = vanaf
saved = −{ $percent }%
lowest-before = Laagste prijs van de afgelopen 30 dagen: { $amount }
sale-until = Tot en met { $day }
price-on-request = Prijs op aanvraag
unit-price = { $amount } / { $unit }
tier-prices = Staffelprijzen
tier-from = Vanaf { $number } stuks
tier-each = { $amount } per stuk
tier-saved = { $percent }% korting
piece = stuk

available = Beschikbaar
only-left = { $count ->
    [one] Nog maar { $number }
   *[other] Nog maar { $number }
}
leaves-within = { $count ->
    [one] Verzonden binnen { $number } dag
   *[other] Verzonden binnen { $number } dagen
}
made-to-order = Op bestelling gemaakt
available-later = Later beschikbaar
ships-later = Te bestellen, later verzonden
pre-order = Voorbestelling
can-be-preordered = Te reserveren
out-of-stock = Niet op voorraad
no-longer-available = Niet meer verkrijgbaar
expected-on = { $stock }, verwacht op { $day }
collect-at = Zelf afhalen
few-left = Nog maar weinig
in-stock-at = Op voorraad op { $some } van { $all } plaatsen
not-enough-here = Hier is niet genoeg van: { $names }

pictures = Afbeeldingen
films = Filmpjes
models = In 3D bekijken
downloads = Downloads en handleidingen
picture = Afbeelding { $number } van { $total }
article-number = Artikelnummer
gtin = GTIN
part-number = Onderdeelnummer
one-of = { $option } (één van { $number })
show-choice = Toon deze keuze
sold-out = uitverkocht
elsewhere = niet in deze combinatie, verandert de andere keuze
changes-the-rest = verandert de rest
note-sold-out = Doorgestreept: op dit moment uitverkocht.
note-elsewhere = Gestippeld: bestaat niet in deze combinatie; kiezen verandert ook de andere keuze.
description = Beschrijving
details = Details
goes-well = Past er goed bij
in-this-set = In deze set
instead-of-it = In plaats daarvan
you-may-also-like = Misschien ook iets voor jou
more-like-this = Meer zoals dit

search-hint = Typ hierboven een product, een merk, een eigenschap of een artikelnummer.
quoted = “{ $text }”
results-for = Resultaten voor “{ $query }”
nothing-matches = Niets komt overeen met “{ $query }”.
nothing-advice = Controleer de spelling, gebruik minder of algemenere woorden, of begin hier.
search-for-less = Zoek met minder woorden
similar-words = met woorden die lijken op “{ $query }”, omdat niets precies deze heeft
search-in = Zoek bij { $shop }.
last-changed = Laatst gewijzigd op { $day }

error-code = Fout { $status }
go-home = Naar de homepage
perhaps = Misschien zocht je
error-400 = We kunnen dit adres niet lezen
error-400-help = Er klopt iets niet aan. Controleer het, of begin opnieuw op de homepage.
error-404 = We kunnen deze pagina niet vinden
error-404-help = Misschien is het adres verkeerd getypt, of is wat hier stond niet meer in de winkel. Het zoekveld hierboven vindt wat er is.
error-405 = Zo kan deze pagina niet gebruikt worden
error-405-help = Ze kan gelezen worden, maar niets ontvangen. Ga terug en probeer het opnieuw.
error-408 = Dat duurde te lang
error-408-help = Het verzoek kwam niet op tijd aan. Probeer het opnieuw.
error-410 = Dit is niet meer in de winkel
error-410-help = Misschien is er iets dat erop lijkt.
error-413 = Dat was te veel
error-413-help = Het adres of het formulier is langer dan we kunnen aannemen.
error-503 = We gaan zo open
error-503-help = De winkel wordt klaargemaakt en is er zo. Probeer het over een paar seconden opnieuw.
error-500 = Er ging bij ons iets mis
error-500-help = Het ligt niet aan jou, en het is genoteerd. Probeer het zo nog eens.

error-401 = Voor uitgenodigde klanten
error-401-help = Dit deel van de winkel is voor klanten met een toegangslink. Open je link opnieuw of vraag ons om een nieuwe.
error-403 = Dit kan daarvandaan niet worden verstuurd
error-403-help = Het formulier kwam niet van een pagina van deze winkel, dus er is niets gebeurd. Ga naar de pagina en verstuur het daar.
error-429 = Dat was veel tegelijk
error-429-help = Wacht een minuut en probeer het opnieuw. Er is niets verloren gegaan.

add-to-cart = In winkelwagen
view-cart = Winkelwagen bekijken
cart = Winkelwagen
cart-empty = Je winkelwagen is leeg.
continue-shopping = Verder winkelen
update-cart = Winkelwagen bijwerken
clear-cart = Winkelwagen leegmaken
remove = Verwijderen
undo = Ongedaan maken
quantity = Aantal
quantity-of = Aantal van { $product }
summary = Je bestelling
subtotal = Subtotaal
delivery = Bezorging
delivery-by = Bezorging: { $method }
total = Totaal
tax = BTW
tax-included = Inclusief { $amount } BTW ({ $percent }%)
tax-at = BTW { $percent }%
free-of-charge = gratis
at-checkout = bij het afrekenen
coupon = Kortingscode
redeem = Toepassen
to-checkout = Verder naar afrekenen
cart-needs-changes = Pas aan wat hierboven gemarkeerd is; daarna kun je bestellen.
quick-order = Bestellen op artikelnummer
quick-order-help = Eén artikelnummer per regel, met het aantal erachter, bijvoorbeeld: A-100 3
share-cart = Deze winkelwagen delen
share-cart-help = Wie dit adres opent, ziet wat er in je winkelwagen zit, en niets over jou.
shared-cart = Iemand heeft deze winkelwagen met je gedeeld
take-shared-cart = Alles in mijn winkelwagen leggen
cart-updated = Je winkelwagen is bijgewerkt.
cart-added = { $product } zit in je winkelwagen.
cart-removed = { $product } is uit je winkelwagen verwijderd.
cart-cleared = Je winkelwagen is leeggemaakt.
cart-full = In een winkelwagen passen { $most } regels; niet alles kon erin.
cart-unknown = Dit is niet meer in de winkel.
cart-unreadable = Je winkelwagen kon niet worden gelezen en is daarom opnieuw begonnen.
price-changed = De prijs is veranderd: die was { $was }, nu is die { $now }.
line-sold-out = Op dit moment uitverkocht. Verwijder het artikel om de rest te bestellen.
line-discontinued = Niet meer verkrijgbaar. Verwijder het artikel om de rest te bestellen.
line-without-price = De prijs is alleen op aanvraag. Verwijder het artikel om de rest te bestellen.
line-only-left = { $count ->
    [one] Er is er nog maar { $number }. Verlaag het aantal.
   *[other] Er zijn er nog maar { $number }. Verlaag het aantal.
}
lines-gone = { $count ->
    [one] { $number } artikel in je winkelwagen is niet meer in de winkel en wordt verwijderd.
   *[other] { $number } artikelen in je winkelwagen zijn niet meer in de winkel en worden verwijderd.
}
lines-taken = { $count ->
    [one] { $number } artikel is in je winkelwagen gelegd.
   *[other] { $number } artikelen zijn in je winkelwagen gelegd.
}
numbers-unknown = { $taken } Niet gevonden: { $numbers }
coupon-noted = Je code is genoteerd.
coupons-full = Een winkelwagen kan { $most } codes bevatten.
coupon-unknown = We kennen deze code niet.
coupon-not-yet = Deze code is geldig vanaf { $day }.
coupon-expired = Deze code was geldig tot en met { $day }.
coupon-other-customers = Deze code is voor andere klanten.
coupon-nothing-qualifies = Deze code geldt voor geen enkel artikel in je winkelwagen.
coupon-below-minimum = Nog { $amount } en deze code geldt.
coupon-too-few = { $count ->
    [one] Nog { $number } artikel en deze code geldt.
   *[other] Nog { $number } artikelen en deze code geldt.
}
coupon-excluded = Deze code gaat niet samen met “{ $name }”.

checkout = Afrekenen
please-correct = Verbeter het volgende
contact = Contactgegevens
delivery-address = Bezorgadres
billing-address = Factuuradres
other-billing = De factuur gaat naar een ander adres
update-delivery = Bezorging bijwerken
payment = Betaling
note-to-shop = Bericht aan de winkel
optional = optioneel
accept-terms = Ik ga akkoord met:
newsletter = Ik wil nieuws per e-mail ontvangen
order-now = Bestellen en betalen
terms = Algemene voorwaarden
field-email = E-mailadres
field-phone = Telefoonnummer
field-vat-id = BTW-nummer
field-name = Voor- en achternaam
field-company = Bedrijf
field-line1 = Straat en huisnummer
field-line2 = Extra adresregel
field-postcode = Postcode
field-city = Plaats
field-region = Provincie of staat
field-country = Land
pay-by-invoice = Op factuur
pay-by-invoice-help = Je krijgt een factuur en betaalt per overschrijving.
pay-on-delivery = Onder rembours
pay-on-delivery-help = Je betaalt wanneer je het pakket krijgt.
pay-by-card = Kaart en andere online betaalwijzen
pay-by-card-help = Je betaalt op een pagina van onze betaaldienst Stripe en komt daarna hier terug.
withdraw-here = Hier de overeenkomst herroepen
withdrawal-help = Hier kunt u een overeenkomst herroepen zonder een reden te geven. Zeg ons om welke bestelling het gaat; u ziet alles nog één keer voordat het wordt verstuurd.
withdrawal-order-number = Bestelnummer
withdrawal-articles = Artikelen die u herroept, als het niet alles is
withdrawal-date = Besteld of ontvangen op
withdrawal-check = Verder
withdrawal-check-help = Controleer wat u gaat versturen. Het telt zodra u het hebt bevestigd.
withdrawal-confirm = Herroeping bevestigen
withdrawal-change = Wijzigen
withdrawal-received = Wij hebben uw herroeping ontvangen
withdrawal-keep = Druk deze pagina af of bewaar het adres: het is uw ontvangstbevestiging.
withdrawal-and-others = … en de overige artikelen van deze bestelling
withdrawal-not-stored = Uw herroeping is NIET verstuurd: wij konden haar niet opslaan. Probeer het zo meteen opnieuw.
withdrawal-not-known = Wij weten nog niet of uw herroeping is aangekomen: onze opslag antwoordt niet. Verstuur haar zo meteen opnieuw. Hoe vaak u dat ook doet, het blijft één herroeping.
withdrawal-received-help = Ontvangen op { $time } onder nummer { $number }. Wij bevestigen dit aan { $email }.

# Being told when something can be had again
restock-ask = Laat weten wanneer het er weer is
restock-help = We schrijven één keer naar dit adres, zodra { $name } er weer is.
restock-received = We hebben het genoteerd
restock-received-help = We schrijven je zodra { $name } er weer is.
restock-not-stored = We konden het nu niet noteren. Probeer het zo meteen nog eens.
payment-unavailable = Online betalen werkt op dit moment niet. Er is niets in rekening gebracht en je bestelling is NIET geplaatst. Probeer het zo nog eens of kies een andere betaalwijze.
payment-pending = Je betaling wordt bevestigd
payment-failed = De betaling is niet gelukt
payment-failed-help = Er is niets besteld. Bestel opnieuw, misschien met een andere betaalwijze.
payment-look-again = Opnieuw kijken
paid = betaald
payment-pending-help = Zodra we horen dat er betaald is, plaatsen we je bestelling { $number } en schrijven we naar { $email }. Dat duurt meestal minder dan een minuut; je hoeft niet nog eens te betalen.
fault-missing = vul dit in
fault-mail = vul een e-mailadres in, bijvoorbeeld naam@mail.example
fault-phone = vul een telefoonnummer met alleen cijfers in, bijvoorbeeld +31 20 000 0000
fault-postcode = vul een postcode in, bijvoorbeeld { $example }
fault-not-chosen = maak een keuze
fault-not-accepted = ga hiermee akkoord om te bestellen
fault-too-long = maak dit korter
total-changed = Het totaal is intussen veranderd: het was { $was }, nu is het { $now }. Controleer het en bestel opnieuw.
prices-of-catalog = We konden je eigen prijzen zojuist niet berekenen. Dit zijn de prijzen van onze catalogus.
prices-unknown = We kunnen je prijzen op dit moment niet berekenen, dus er kan niets worden besteld. Je winkelwagen blijft zoals die is; probeer het zo nog eens.
cart-changed-meanwhile = Je winkelwagen is intussen veranderd, misschien in een ander tabblad. Controleer hem en bestel opnieuw.
form-too-old = Deze pagina stond lang open. Controleer haar en bestel opnieuw.
order-not-stored = Je bestelling is NIET geplaatst: we konden haar niet opslaan. Er is niets in rekening gebracht. Probeer het zo nog eens.
order-not-known = We weten nog niet of je bestelling is geplaatst: onze opslag antwoordt niet. Verstuur haar zo nog eens. Hoe vaak je dat ook doet, het blijft één bestelling.
thank-you = Bedankt voor je bestelling
order-received = We hebben je bestelling { $number } ontvangen. We schrijven je op { $email }.
keep-this-address = Bewaar het adres van deze pagina: hier zie je hoe ver je bestelling is.
track-parcel = Pakket volgen
order-waits = De bestelling wordt doorgegeven aan onze orderafdeling.
order-taken-in = Onze orderafdeling heeft de bestelling ontvangen.
order-confirmed = De bestelling is bevestigd.
order-shipped = De bestelling is onderweg.
order-delivered = De bestelling is bezorgd.
order-cancelled = De bestelling is geannuleerd.
order-refunded = Het bedrag is teruggestort.
not-a-quantity = Geef een heel getal van 1 tot { $most } op; er is niets gewijzigd.

wishlist = Verlanglijst
add-to-wishlist = Op verlanglijst zetten
view-wishlist = Verlanglijst bekijken
wishlist-empty = Er staat nog niets op je verlanglijst.
wishlist-added = { $product } staat op je verlanglijst.
share-wishlist = Deze verlanglijst delen
share-wishlist-help = Wie dit adres opent, ziet wat er op je verlanglijst staat, en niets over jou.
shared-wishlist = Iemand heeft deze verlanglijst met je gedeeld
take-shared-wishlist = Alles op mijn verlanglijst zetten
comparison = Vergelijking
add-to-comparison = Aan vergelijking toevoegen
view-comparison = Vergelijking bekijken
comparison-empty = Er is nog niets te vergelijken.
comparison-added = { $product } staat in je vergelijking.
list-removed = { $product } is van de lijst gehaald.
list-cleared = De lijst is nu leeg.
list-full = Op deze lijst passen { $most } artikelen. Haal er eerst een af voordat je een ander toevoegt.
clear-list = Lijst leegmaken
availability = Beschikbaarheid
price-per-unit = Prijs per eenheid
department = Afdeling
differs = verschilt
not-stated = niet vermeld
suggested-searches = Zoekopdrachten
recently-viewed = Onlangs bekeken
list-gone = { $count ->
    [one] { $number } artikel op deze lijst is niet meer in de winkel en is eraf gehaald.
   *[other] { $number } artikelen op deze lijst zijn niet meer in de winkel en zijn eraf gehaald.
}
list-taken = { $count ->
    [one] { $number } artikel is op de lijst gezet.
   *[other] { $number } artikelen zijn op de lijst gezet.
}
suggestions-found = { $count ->
    [one] { $number } suggestie
   *[other] { $number } suggesties
}

all-departments = Alle afdelingen
all-brands = Alle merken
view-grid = Tegels
view-list = Lijst
reviews = Klantbeoordelingen
verified-purchase = Geverifieerde aankoop
sort-rating = Best beoordeeld
rating-of = { $rating } van de 5 sterren
answer-of = Antwoord van { $shop }
review-count = { $count ->
    [one] { $number } beoordeling
   *[other] { $number } beoordelingen
}
stars = { $count ->
    [one] { $number } ster
   *[other] { $number } sterren
}
enlarge = Afbeelding vergroten
rating = Beoordeling
any-rating = Elke beoordeling
stars-or-more = { $count ->
    [one] { $number } ster of meer
   *[other] { $number } sterren of meer
}
