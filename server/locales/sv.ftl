# Svenska

skip-to-content = Hoppa till innehållet
search-products = Sök produkter
search = Sök
home = Hem
breadcrumb = Länkstig
departments = Avdelningar
brand = Varumärke
brands = Varumärken
footer = Sidfot
languages = Språk
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
lowest-before = Lägsta pris de senaste 30 dagarna: { $amount }
sale-until = Till och med { $day }
price-on-request = Pris på begäran
unit-price = { $amount } / { $unit }
tier-prices = Mängdpriser
tier-from = Från { $number } st
tier-each = { $amount } per st
tier-saved = spara { $percent } %
piece = styck

available = Finns
only-left = { $count ->
    [one] Bara { $number } kvar
   *[other] Bara { $number } kvar
}
leaves-within = { $count ->
    [one] Skickas inom { $number } dag
   *[other] Skickas inom { $number } dagar
}
made-to-order = Tillverkas på beställning
available-later = Kommer senare
ships-later = Kan beställas, skickas senare
pre-order = Förhandsbokning
can-be-preordered = Kan förhandsbokas
out-of-stock = Slut i lager
no-longer-available = Finns inte längre
expected-on = { $stock }, väntas { $day }
collect-at = Hämta själv
few-left = Få kvar
in-stock-at = I lager på { $some } av { $all } ställen
not-enough-here = Här finns inte tillräckligt av: { $names }

pictures = Bilder
films = Filmer
models = Visa i 3D
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
in-this-set = I det här paketet
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

error-401 = För inbjudna kunder
error-401-help = Den här delen av butiken är för kunder med en åtkomstlänk. Öppna din länk igen eller be oss om en ny.
error-403 = Det här kan inte skickas därifrån
error-403-help = Formuläret kom inte från en sida i den här butiken, så ingenting gjordes. Gå till sidan och skicka det därifrån.
error-429 = Det var mycket på en gång
error-429-help = Vänta en minut och försök igen. Inget har gått förlorat.

add-to-cart = Lägg i varukorgen
view-cart = Visa varukorgen
cart = Varukorg
cart-empty = Din varukorg är tom.
continue-shopping = Fortsätt handla
update-cart = Uppdatera varukorgen
clear-cart = Töm varukorgen
remove = Ta bort
undo = Ångra
quantity = Antal
quantity-of = Antal av { $product }
summary = Din beställning
subtotal = Delsumma
delivery = Leverans
delivery-by = Leverans: { $method }
total = Totalt
tax = Moms
tax-included = Varav moms { $amount } ({ $percent } %)
tax-at = Moms { $percent } %
free-of-charge = gratis
at-checkout = beräknas i kassan
coupon = Rabattkod
redeem = Använd
to-checkout = Till kassan
cart-needs-changes = Ändra det som är markerat ovan, så kan du beställa.
quick-order = Beställ med artikelnummer
quick-order-help = Ett artikelnummer per rad med antalet efter, till exempel: A-100 3
share-cart = Dela den här varukorgen
share-cart-help = Den som öppnar den här adressen ser vad som ligger i din varukorg, och inget om dig.
shared-cart = Någon har delat den här varukorgen med dig
take-shared-cart = Lägg allt i min varukorg
cart-updated = Din varukorg är uppdaterad.
cart-added = { $product } ligger i din varukorg.
cart-removed = { $product } togs bort från din varukorg.
cart-cleared = Din varukorg har tömts.
cart-full = En varukorg rymmer { $most } rader; allt fick inte plats.
cart-unknown = Det här finns inte längre i butiken.
cart-unreadable = Din varukorg kunde inte läsas, så en ny påbörjades.
price-changed = Priset har ändrats: det var { $was }, nu är det { $now }.
line-sold-out = Slutsåld just nu. Ta bort artikeln för att beställa resten.
line-discontinued = Finns inte längre. Ta bort artikeln för att beställa resten.
line-without-price = Priset ges bara på begäran. Ta bort artikeln för att beställa resten.
line-only-left = { $count ->
    [one] Bara { $number } kvar. Minska antalet.
   *[other] Bara { $number } kvar. Minska antalet.
}
lines-gone = { $count ->
    [one] { $number } artikel i din varukorg finns inte längre i butiken och tas bort.
   *[other] { $number } artiklar i din varukorg finns inte längre i butiken och tas bort.
}
lines-taken = { $count ->
    [one] { $number } artikel lades i din varukorg.
   *[other] { $number } artiklar lades i din varukorg.
}
numbers-unknown = { $taken } Hittades inte: { $numbers }
coupon-noted = Din kod har noterats.
coupons-full = En varukorg tar { $most } koder.
coupon-unknown = Vi känner inte till den här koden.
coupon-not-yet = Den här koden gäller från och med { $day }.
coupon-expired = Den här koden gällde till och med { $day }.
coupon-other-customers = Den här koden är för andra kunder.
coupon-nothing-qualifies = Den här koden gäller inte för något i din varukorg.
coupon-below-minimum = { $amount } till, så gäller den här koden.
coupon-too-few = { $count ->
    [one] { $number } artikel till, så gäller den här koden.
   *[other] { $number } artiklar till, så gäller den här koden.
}
coupon-excluded = Den här koden kan inte kombineras med ”{ $name }”.

checkout = Kassa
please-correct = Rätta till följande
contact = Kontaktuppgifter
delivery-address = Leveransadress
billing-address = Fakturaadress
other-billing = Fakturan ska till en annan adress
update-delivery = Uppdatera leveransen
payment = Betalning
note-to-shop = Meddelande till butiken
optional = valfritt
accept-terms = Jag godkänner:
newsletter = Jag vill få nyheter via e-post
order-now = Beställ med betalningsskyldighet
terms = Köpvillkor
field-email = E-postadress
field-phone = Telefon
field-vat-id = Momsregistreringsnummer
field-name = För- och efternamn
field-company = Företag
field-line1 = Gata och nummer
field-line2 = Ytterligare adressrad
field-postcode = Postnummer
field-city = Ort
field-region = Delstat eller provins
field-country = Land
pay-by-invoice = Faktura
pay-by-invoice-help = Du får en faktura och betalar med banköverföring.
pay-on-delivery = Postförskott
pay-on-delivery-help = Du betalar när du får paketet.
pay-by-card = Kort och andra sätt att betala online
pay-by-card-help = Du betalar på en sida hos vår betaltjänst Stripe och kommer sedan tillbaka hit.
withdraw-here = Ångra avtalet här
withdrawal-help = Här kan du ångra ett avtal utan att ange något skäl. Berätta vilken beställning det gäller; du ser allt en gång till innan det skickas.
withdrawal-order-number = Ordernummer
withdrawal-articles = Artiklar du ångrar, om det inte är alla
withdrawal-date = Beställt eller mottaget den
withdrawal-check = Fortsätt
withdrawal-check-help = Kontrollera det du tänker skicka. Det gäller när du har bekräftat det.
withdrawal-confirm = Bekräfta ångrandet
withdrawal-change = Ändra
withdrawal-received = Vi har tagit emot ditt ångrande
withdrawal-keep = Skriv ut sidan eller spara adressen: den är ditt mottagningsbevis.
withdrawal-and-others = … och övriga artiklar i den här beställningen
withdrawal-not-stored = Ditt ångrande skickades INTE: vi kunde inte spara det. Försök igen om en stund.
withdrawal-not-known = Vi vet ännu inte om ditt ångrande har kommit fram: vår lagring svarar inte. Skicka det igen om en stund. Hur många gånger du än gör det blir det ett enda ångrande.
withdrawal-received-help = Mottaget { $time } med nummer { $number }. Vi bekräftar det till { $email }.

# Being told when something can be had again
restock-ask = Meddela mig när den är tillbaka
restock-help = Vi skriver en gång till den här adressen, så snart { $name } går att få igen.
restock-received = Vi har noterat det
restock-received-help = Vi skriver till dig så snart { $name } går att få igen.
restock-not-stored = Vi kunde inte notera det just nu. Försök igen om en stund.
payment-unavailable = Det går inte att betala online just nu. Inget har debiterats och din beställning har INTE lagts. Försök igen om en stund eller välj ett annat betalsätt.
payment-pending = Din betalning bekräftas
payment-failed = Betalningen gick inte igenom
payment-failed-help = Inget har beställts. Beställ igen, kanske med ett annat betalsätt.
payment-look-again = Titta igen
paid = betald
payment-pending-help = Så snart vi får veta att det är betalt lägger vi din beställning { $number } och skriver till { $email }. Det tar oftast mindre än en minut; du behöver inte betala igen.
fault-missing = fyll i detta
fault-mail = ange en e-postadress, till exempel namn@mail.example
fault-phone = ange ett telefonnummer med enbart siffror, till exempel +46 8 465 004 00
fault-postcode = ange ett postnummer, till exempel { $example }
fault-not-chosen = välj ett alternativ
fault-not-accepted = godkänn för att beställa
fault-too-long = gör texten kortare
total-changed = Totalsumman ändrades medan du var här: den var { $was }, nu är den { $now }. Kontrollera den och beställ igen.
prices-of-catalog = Vi kunde inte räkna ut dina egna priser just nu. Det här är priserna i vår katalog.
prices-unknown = Vi kan inte räkna ut dina priser just nu, så inget kan beställas. Din varukorg är kvar som den är; försök igen om en stund.
cart-changed-meanwhile = Din varukorg har ändrats under tiden, kanske i en annan flik. Kontrollera den och beställ igen.
form-too-old = Den här sidan har varit öppen länge. Kontrollera den och beställ igen.
order-not-stored = Din beställning har INTE lagts: vi kunde inte spara den. Inget har debiterats. Försök igen om en stund.
order-not-known = Vi vet ännu inte om din beställning har lagts: vår lagring svarar inte. Skicka den igen om en stund. Hur många gånger du än gör det blir det en enda beställning.
thank-you = Tack för din beställning
order-received = Vi har tagit emot din beställning { $number }. Vi skriver till { $email }.
keep-this-address = Spara adressen till den här sidan: den visar hur långt din beställning har kommit.
track-parcel = Spåra paketet
order-waits = Den skickas vidare till vår orderavdelning.
order-taken-in = Vår orderavdelning har tagit emot den.
order-confirmed = Den är bekräftad.
order-shipped = Den är på väg till dig.
order-delivered = Den är levererad.
order-cancelled = Den är avbeställd.
order-refunded = Beloppet har återbetalats.
not-a-quantity = Ange ett heltal från 1 till { $most }; inget har ändrats.

wishlist = Önskelista
add-to-wishlist = Lägg på önskelistan
view-wishlist = Visa önskelistan
wishlist-empty = Det finns ännu inget på din önskelista.
wishlist-added = { $product } finns på din önskelista.
share-wishlist = Dela den här önskelistan
share-wishlist-help = Den som öppnar den här adressen ser vad som finns på din önskelista, och inget om dig.
shared-wishlist = Någon har delat den här önskelistan med dig
take-shared-wishlist = Lägg allt på min önskelista
comparison = Jämförelse
add-to-comparison = Lägg till i jämförelsen
view-comparison = Visa jämförelsen
comparison-empty = Det finns ännu inget att jämföra.
comparison-added = { $product } finns i din jämförelse.
list-removed = { $product } togs bort från listan.
list-cleared = Listan är nu tom.
list-full = Den här listan rymmer { $most } artiklar. Ta bort en innan du lägger till en ny.
clear-list = Töm listan
availability = Tillgänglighet
price-per-unit = Jämförpris
department = Avdelning
differs = skiljer sig
not-stated = ej angivet
suggested-searches = Sökningar
recently-viewed = Nyligen visade
list-gone = { $count ->
    [one] { $number } artikel på den här listan finns inte längre i butiken och har tagits bort.
   *[other] { $number } artiklar på den här listan finns inte längre i butiken och har tagits bort.
}
list-taken = { $count ->
    [one] { $number } artikel lades på listan.
   *[other] { $number } artiklar lades på listan.
}
suggestions-found = { $count ->
    [one] { $number } förslag
   *[other] { $number } förslag
}

all-departments = Alla avdelningar
all-brands = Alla varumärken
view-grid = Rutnät
view-list = Lista
reviews = Kundrecensioner
verified-purchase = Verifierat köp
sort-rating = Högst betyg
rating-of = { $rating } av 5 stjärnor
answer-of = Svar från { $shop }
review-count = { $count ->
    [one] { $number } recension
   *[other] { $number } recensioner
}
stars = { $count ->
    [one] { $number } stjärna
   *[other] { $number } stjärnor
}
enlarge = Förstora bilden
rating = Betyg
any-rating = Alla betyg
stars-or-more = { $count ->
    [one] { $number } stjärna eller fler
   *[other] { $number } stjärnor eller fler
}
