# Svenska

skip-to-content = Hoppa till innehållet
search-products = Sök produkter
search = Sök
home = Hem
breadcrumb = Länkstig
departments = Avdelningar
brands = Varumärken
footer = Sidfot
help = Hjälp och information
shop = Butik

browse-departments = Utforska avdelningarna
new-arrivals = Nyheter
featured = Utvalt
guides = Guider
all-guides = Alla guider

sub-categories = Underkategorier
page-title = { $title } – sida { $page }
list-description = { $name } hos { $shop }: { $products }.

filters = Filter
active = aktiva
chosen = valda
in-stock = I lager
more-values = { $number } till
price = Pris
price-in = Pris i { $currency }
range-from = Från
range-to = Till
apply-filters = Använd filter
sort-by = Sortera efter
sort = Sortera
active-filters = Aktiva filter
remove-filter = Ta bort filter
clear-all = Rensa alla
products-heading = Produkter
shown = { $from }–{ $to } av { $total }
pages = Sidor
page = Sida
previous = Föregående
next = Nästa
nothing-filtered = Ingen produkt har alla dessa egenskaper.
nothing-here = Det finns inget här just nu.
any-facet = { $facet }: spelar ingen roll
any-price = Pris: spelar ingen roll
also-out-of-stock = Även det som är slut
price-from = Från { $amount }
price-up-to = Upp till { $amount }
price-between = { $low } till { $high }
facet-value = { $facet }: { $value }
sort-relevance = Bästa träff
sort-featured = Utvalt
sort-price-asc = Pris, lägst först
sort-price-desc = Pris, högst först
sort-name = Namn
sort-newest = Nyast

products = { $count ->
    [one] { $number } produkt
   *[other] { $number } produkter
}
choices = { $count ->
    [one] { $option }: { $number } val
   *[other] { $option }: { $number } val
}
variants = { $count ->
    [one] { $number } variant
   *[other] { $number } varianter
}
now = Nu
was = Tidigare
from = från
saved = −{ $percent } %
price-on-request = Pris på begäran
unit-price = { $amount } / { $unit }
piece = styck

available = Finns
only-left = { $count ->
    [one] Bara { $number } kvar
   *[other] Bara { $number } kvar
}
made-to-order = Tillverkas på beställning
available-later = Kommer senare
ships-later = Kan beställas, skickas senare
pre-order = Förhandsbokning
can-be-preordered = Kan förhandsbokas
out-of-stock = Slut i lager
no-longer-available = Finns inte längre
expected-on = { $stock }, väntas { $day }

pictures = Bilder
films = Filmer
downloads = Filer att hämta
picture = Bild { $number } av { $total }
article-number = Artikelnummer
gtin = GTIN
part-number = Tillverkarens nummer
one-of = { $option } (en av { $number })
show-choice = Visa detta val
sold-out = slutsåld
elsewhere = inte i den här kombinationen, ändrar det andra valet
changes-the-rest = ändrar resten
note-sold-out = Överstruken: slutsåld just nu.
note-elsewhere = Streckad: finns inte i den här kombinationen; valet ändrar också det andra.
description = Beskrivning
details = Detaljer
goes-well = Passar bra till
instead-of-it = I stället
you-may-also-like = Du kanske också gillar
more-like-this = Mer av samma slag

search-hint = Skriv en produkt, ett varumärke, en egenskap eller ett artikelnummer i rutan ovan.
quoted = ”{ $text }”
results-for = Resultat för ”{ $query }”
nothing-matches = Inget matchar ”{ $query }”.
nothing-advice = Kontrollera stavningen, använd färre eller mer allmänna ord, eller börja här.
search-for-less = Sök på färre ord
similar-words = med ord som liknar ”{ $query }”, eftersom inget har exakt dessa
search-in = Sök hos { $shop }.
last-changed = Senast ändrad { $day }

error-code = Fel { $status }
go-home = Gå till startsidan
perhaps = Du kanske letade efter
error-400 = Vi kan inte läsa den här adressen
error-400-help = Något i den är fel. Kontrollera den, eller börja om från startsidan.
error-404 = Vi hittar inte den här sidan
error-404-help = Adressen kan vara felskriven, eller så finns det som låg här inte längre i butiken. Sökrutan ovan hittar det som finns.
error-405 = Sidan kan inte användas så
error-405-help = Den kan läsas, men inget kan skickas till den. Gå tillbaka och försök igen.
error-408 = Det tog för lång tid
error-408-help = Begäran kom inte fram i tid. Försök igen.
error-410 = Det här finns inte längre i butiken
error-410-help = Kanske finns något liknande.
error-413 = Det var för mycket
error-413-help = Adressen eller formuläret är längre än vi kan ta emot.
error-503 = Vi öppnar strax
error-503-help = Butiken förbereds och är här om ett ögonblick. Försök igen om några sekunder.
error-500 = Något gick fel hos oss
error-500-help = Det är inte ditt fel, och det har noterats. Försök igen om en stund.
