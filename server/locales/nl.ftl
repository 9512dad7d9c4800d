# Nederlands

skip-to-content = Naar de inhoud
search-products = Producten zoeken
search = Zoeken
home = Home
breadcrumb = Kruimelpad
departments = Afdelingen
brands = Merken
footer = Voettekst
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
price-on-request = Prijs op aanvraag
unit-price = { $amount } / { $unit }
piece = stuk

available = Beschikbaar
only-left = { $count ->
    [one] Nog maar { $number }
   *[other] Nog maar { $number }
}
made-to-order = Op bestelling gemaakt
available-later = Later beschikbaar
ships-later = Te bestellen, later verzonden
pre-order = Voorbestelling
can-be-preordered = Te reserveren
out-of-stock = Niet op voorraad
no-longer-available = Niet meer verkrijgbaar
expected-on = { $stock }, verwacht op { $day }

pictures = Afbeeldingen
films = Filmpjes
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
