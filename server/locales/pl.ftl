# Polski

skip-to-content = Przejdź do treści
search-products = Szukaj produktów
search = Szukaj
home = Strona główna
breadcrumb = Ścieżka nawigacji
departments = Działy
brand = Marka
brands = Marki
footer = Stopka
languages = Języki
help = Pomoc i informacje
shop = Sklep

browse-departments = Przeglądaj działy
new-arrivals = Nowości
featured = Polecane
guides = Poradniki
all-guides = Wszystkie poradniki

sub-categories = Podkategorie
page-title = { $title } – strona { $page }
list-description = { $name } w { $shop }: { $products }.

filters = Filtry
active = aktywne
chosen = wybrane
in-stock = W magazynie
more-values = Jeszcze { $number }
price = Cena
price-in = Cena w { $currency }
range-from = Od
range-to = Do
apply-filters = Zastosuj filtry
sort-by = Sortuj według
sort = Sortuj
active-filters = Aktywne filtry
remove-filter = Usuń filtr
clear-all = Wyczyść wszystko
products-heading = Produkty
shown = { $from }–{ $to } z { $total }
pages = Strony
page = Strona
previous = Poprzednia
next = Następna
nothing-filtered = Żaden produkt nie ma wszystkich tych cech.
nothing-here = W tej chwili nic tu nie ma.
any-facet = { $facet }: dowolne
any-price = Cena: dowolna
also-out-of-stock = Także niedostępne
price-from = Od { $amount }
price-up-to = Do { $amount }
price-between = Od { $low } do { $high }
facet-value = { $facet }: { $value }
sort-relevance = Najlepsze dopasowanie
sort-featured = Polecane
sort-price-asc = Cena rosnąco
sort-price-desc = Cena malejąco
sort-name = Nazwa
sort-newest = Najnowsze

products = { $count ->
    [one] { $number } produkt
    [few] { $number } produkty
    [many] { $number } produktów
   *[other] { $number } produktu
}
choices = { $count ->
    [one] { $option }: { $number } możliwość
    [few] { $option }: { $number } możliwości
    [many] { $option }: { $number } możliwości
   *[other] { $option }: { $number } możliwości
}
variants = { $count ->
    [one] { $number } wariant
    [few] { $number } warianty
    [many] { $number } wariantów
   *[other] { $number } wariantu
}
now = Teraz
was = Przedtem
from = od
saved = −{ $percent }%
lowest-before = Najniższa cena z ostatnich 30 dni: { $amount }
sale-until = Do { $day }
price-on-request = Cena na zapytanie
unit-price = { $amount } / { $unit }
tier-prices = Ceny ilościowe
tier-from = Od { $number } szt.
tier-each = { $amount } za szt.
tier-saved = taniej o { $percent }%
piece = sztuka

available = Dostępne
only-left = { $count ->
    [one] Została tylko { $number } sztuka
    [few] Zostały tylko { $number } sztuki
    [many] Zostało tylko { $number } sztuk
   *[other] Zostało tylko { $number } sztuki
}
leaves-within = { $count ->
    [one] Wysyłka w ciągu { $number } dnia
    [few] Wysyłka w ciągu { $number } dni
    [many] Wysyłka w ciągu { $number } dni
   *[other] Wysyłka w ciągu { $number } dnia
}
made-to-order = Wykonywane na zamówienie
available-later = Dostępne później
ships-later = Można zamówić, wysyłka później
pre-order = Przedsprzedaż
can-be-preordered = Można zamówić przedpremierowo
out-of-stock = Brak w magazynie
no-longer-available = Już niedostępne
expected-on = { $stock }, spodziewane { $day }
collect-at = Odbiór osobisty
few-left = Zostało niewiele
in-stock-at = Dostępne w { $some } z { $all } miejsc
not-enough-here = Tutaj nie ma dość: { $names }

pictures = Zdjęcia
films = Filmy
models = Zobacz w 3D
downloads = Do pobrania
picture = Zdjęcie { $number } z { $total }
article-number = Numer artykułu
gtin = GTIN
part-number = Numer producenta
one-of = { $option } (jedno z { $number })
show-choice = Pokaż ten wybór
sold-out = wyprzedane
elsewhere = nie w tym zestawieniu, zmienia drugi wybór
changes-the-rest = zmienia resztę
note-sold-out = Przekreślone: w tej chwili wyprzedane.
note-elsewhere = Linia przerywana: nie ma w tym zestawieniu; wybór zmieni też drugą opcję.
description = Opis
details = Szczegóły
goes-well = Dobrze pasuje
in-this-set = W tym zestawie
instead-of-it = Zamiast tego
you-may-also-like = Może Ci się też spodobać
more-like-this = Podobne produkty

search-hint = Wpisz powyżej produkt, markę, cechę lub numer artykułu.
quoted = „{ $text }”
results-for = Wyniki dla „{ $query }”
nothing-matches = Nic nie pasuje do „{ $query }”.
nothing-advice = Sprawdź pisownię, użyj mniej słów lub ogólniejszych, albo zacznij stąd.
search-for-less = Szukaj krócej
similar-words = ze słowami podobnymi do „{ $query }”, bo nic nie ma dokładnie tych
search-in = Szukaj w { $shop }.
last-changed = Ostatnia zmiana: { $day }

error-code = Błąd { $status }
go-home = Przejdź do strony głównej
perhaps = Może chodziło Ci o
error-400 = Nie możemy odczytać tego adresu
error-400-help = Coś w nim jest nie tak. Sprawdź go albo zacznij od strony głównej.
error-404 = Nie znajdujemy tej strony
error-404-help = Adres może być błędny albo tego, co tu było, nie ma już w sklepie. Wyszukiwarka powyżej znajdzie to, co jest.
error-405 = Tej strony nie można tak użyć
error-405-help = Można ją czytać, ale nic do niej wysłać. Wróć i spróbuj ponownie.
error-408 = To trwało zbyt długo
error-408-help = Żądanie nie dotarło na czas. Spróbuj ponownie.
error-410 = Tego nie ma już w sklepie
error-410-help = Może jest coś podobnego.
error-413 = To było za dużo
error-413-help = Adres lub formularz jest dłuższy, niż możemy przyjąć.
error-503 = Zaraz otwieramy
error-503-help = Sklep jest przygotowywany i za chwilę tu będzie. Spróbuj ponownie za kilka sekund.
error-500 = Coś poszło nie tak po naszej stronie
error-500-help = To nie Twoja wina i zostało odnotowane. Spróbuj ponownie za chwilę.

error-401 = Dla zaproszonych klientów
error-401-help = Ta część sklepu jest dla klientów z linkiem dostępu. Otwórz ponownie swój link albo poproś nas o nowy.
error-403 = Tego nie można stamtąd wysłać
error-403-help = Formularz nie pochodził ze strony tego sklepu, więc nic nie zostało zrobione. Przejdź na stronę i wyślij go stamtąd.
error-429 = To było dużo naraz
error-429-help = Odczekaj minutę i spróbuj ponownie. Nic nie zginęło.

add-to-cart = Dodaj do koszyka
view-cart = Zobacz koszyk
cart = Koszyk
cart-empty = Twój koszyk jest pusty.
continue-shopping = Kontynuuj zakupy
update-cart = Zaktualizuj koszyk
clear-cart = Opróżnij koszyk
remove = Usuń
undo = Cofnij
quantity = Ilość
quantity-of = Ilość: { $product }
summary = Twoje zamówienie
subtotal = Wartość produktów
delivery = Dostawa
delivery-by = Dostawa: { $method }
total = Razem
tax = VAT
tax-included = W tym { $amount } VAT ({ $percent }%)
tax-at = VAT { $percent }%
free-of-charge = gratis
at-checkout = obliczana w kasie
coupon = Kod rabatowy
redeem = Zastosuj
to-checkout = Przejdź do kasy
cart-needs-changes = Zmień to, co zaznaczono powyżej; potem możesz złożyć zamówienie.
quick-order = Zamów według numeru artykułu
quick-order-help = Jeden numer artykułu w wierszu, a za nim ilość, na przykład: A-100 3
share-cart = Udostępnij ten koszyk
share-cart-help = Kto otworzy ten adres, zobaczy, co jest w Twoim koszyku, i nic o Tobie.
shared-cart = Ktoś udostępnił Ci ten koszyk
take-shared-cart = Włóż wszystko do mojego koszyka
cart-updated = Twój koszyk jest aktualny.
cart-added = Dodano do koszyka: { $product }.
cart-removed = Usunięto z koszyka: { $product }.
cart-cleared = Twój koszyk został opróżniony.
cart-full = Koszyk mieści najwyżej { $most } pozycji; nie wszystko udało się dodać.
cart-unknown = Tego nie ma już w sklepie.
cart-unreadable = Nie udało się odczytać Twojego koszyka, więc zaczęto nowy.
price-changed = Cena się zmieniła: było { $was }, teraz jest { $now }.
line-sold-out = W tej chwili wyprzedane. Usuń ten artykuł, aby zamówić resztę.
line-discontinued = Już niedostępne. Usuń ten artykuł, aby zamówić resztę.
line-without-price = Cena tylko na zapytanie. Usuń ten artykuł, aby zamówić resztę.
line-only-left = { $count ->
    [one] Została tylko { $number } sztuka. Zmniejsz ilość.
    [few] Zostały tylko { $number } sztuki. Zmniejsz ilość.
    [many] Zostało tylko { $number } sztuk. Zmniejsz ilość.
   *[other] Zostało tylko { $number } sztuki. Zmniejsz ilość.
}
lines-gone = { $count ->
    [one] { $number } artykuł z Twojego koszyka nie jest już dostępny w sklepie i zostanie usunięty.
    [few] { $number } artykuły z Twojego koszyka nie są już dostępne w sklepie i zostaną usunięte.
    [many] { $number } artykułów z Twojego koszyka nie jest już dostępnych w sklepie i zostanie usuniętych.
   *[other] { $number } artykułu z Twojego koszyka nie jest już dostępne w sklepie i zostanie usunięte.
}
lines-taken = { $count ->
    [one] Do Twojego koszyka dodano { $number } artykuł.
    [few] Do Twojego koszyka dodano { $number } artykuły.
    [many] Do Twojego koszyka dodano { $number } artykułów.
   *[other] Do Twojego koszyka dodano { $number } artykułu.
}
numbers-unknown = { $taken } Nie znaleziono: { $numbers }
coupon-noted = Twój kod został zapisany.
coupons-full = Najwyższa liczba kodów w koszyku: { $most }.
coupon-unknown = Nie znamy tego kodu.
coupon-not-yet = Ten kod jest ważny od { $day }.
coupon-expired = Ten kod był ważny do { $day }.
coupon-other-customers = Ten kod jest dla innych klientów.
coupon-nothing-qualifies = Ten kod nie obejmuje niczego w Twoim koszyku.
coupon-below-minimum = Dodaj jeszcze produkty za { $amount }, a ten kod zadziała.
coupon-too-few = { $count ->
    [one] Dodaj jeszcze { $number } artykuł, a ten kod zadziała.
    [few] Dodaj jeszcze { $number } artykuły, a ten kod zadziała.
    [many] Dodaj jeszcze { $number } artykułów, a ten kod zadziała.
   *[other] Dodaj jeszcze { $number } artykułu, a ten kod zadziała.
}
coupon-excluded = Ten kod nie łączy się z „{ $name }”.

checkout = Kasa
please-correct = Popraw następujące pola
contact = Dane kontaktowe
delivery-address = Adres dostawy
billing-address = Adres do faktury
other-billing = Faktura na inny adres
update-delivery = Zaktualizuj dostawę
payment = Płatność
note-to-shop = Wiadomość do sklepu
optional = opcjonalnie
accept-terms = Akceptuję:
newsletter = Chcę otrzymywać nowości e-mailem
order-now = Zamówienie z obowiązkiem zapłaty
terms = Regulamin
field-email = Adres e-mail
field-phone = Telefon
field-vat-id = NIP (numer VAT)
field-name = Imię i nazwisko
field-company = Firma
field-line1 = Ulica i numer
field-line2 = Dodatkowe dane adresowe
field-postcode = Kod pocztowy
field-city = Miejscowość
field-region = Województwo lub stan
field-country = Kraj
pay-by-invoice = Faktura
pay-by-invoice-help = Otrzymasz fakturę i zapłacisz przelewem.
pay-on-delivery = Za pobraniem
pay-on-delivery-help = Płacisz przy odbiorze paczki.
pay-by-card = Karta i inne płatności online
pay-by-card-help = Płacisz na stronie naszego operatora płatności Stripe i wracasz tutaj.
withdraw-here = Odstąp od umowy tutaj
withdrawal-help = Tutaj można odstąpić od umowy bez podania przyczyny. Prosimy podać, którego zamówienia to dotyczy; przed wysłaniem wszystko będzie jeszcze raz widoczne.
withdrawal-order-number = Numer zamówienia
withdrawal-articles = Artykuły, których to dotyczy, jeśli nie wszystkie
withdrawal-date = Zamówiono lub otrzymano dnia
withdrawal-check = Dalej
withdrawal-check-help = Prosimy sprawdzić, co zostanie wysłane. Liczy się od chwili potwierdzenia.
withdrawal-confirm = Potwierdź odstąpienie
withdrawal-change = Zmień
withdrawal-received = Otrzymaliśmy oświadczenie o odstąpieniu
withdrawal-keep = Prosimy wydrukować tę stronę lub zachować jej adres: to potwierdzenie odbioru.
withdrawal-and-others = … oraz pozostałe artykuły z tego zamówienia
withdrawal-not-stored = Oświadczenie NIE zostało wysłane: nie mogliśmy go zapisać. Prosimy spróbować ponownie za chwilę.
withdrawal-not-known = Nie wiemy jeszcze, czy oświadczenie dotarło: nasz magazyn danych nie odpowiada. Prosimy wysłać je ponownie za chwilę. Nawet wysłane kilka razy pozostanie jednym oświadczeniem.
withdrawal-received-help = Otrzymano { $time } pod numerem { $number }. Potwierdzenie wysyłamy na adres { $email }.

# Being told when something can be had again
restock-ask = Powiadom mnie o dostępności
restock-help = Napiszemy na ten adres jeden raz, gdy tylko { $name } będzie znów dostępny.
restock-received = Zapisaliśmy prośbę
restock-received-help = Napiszemy do Ciebie, gdy tylko { $name } będzie znów dostępny.
restock-not-stored = Nie udało się teraz zapisać prośby. Spróbuj ponownie za chwilę.
payment-unavailable = Płatność online w tej chwili nie działa. Nic nie zostało pobrane, a zamówienie NIE zostało złożone. Spróbuj ponownie za chwilę albo wybierz inny sposób płatności.
payment-pending = Twoja płatność jest potwierdzana
payment-failed = Płatność się nie powiodła
payment-failed-help = Nic nie zostało zamówione. Złóż zamówienie jeszcze raz, być może z innym sposobem płatności.
payment-look-again = Sprawdź ponownie
paid = zapłacono
payment-pending-help = Gdy tylko dowiemy się o wpłacie, złożymy zamówienie { $number } i napiszemy na adres { $email }. Zwykle trwa to mniej niż minutę; nie trzeba płacić ponownie.
fault-missing = wypełnij to pole
fault-mail = podaj adres e-mail, na przykład imie@mail.example
fault-phone = podaj numer telefonu z samych cyfr, na przykład +48 22 000 00 00
fault-postcode = podaj kod pocztowy, na przykład { $example }
fault-not-chosen = wybierz jedną z możliwości
fault-not-accepted = zaakceptuj, aby zamówić
fault-too-long = skróć ten tekst
total-changed = Suma zmieniła się w międzyczasie: było { $was }, teraz jest { $now }. Sprawdź ją i zamów ponownie.
prices-of-catalog = Nie udało się teraz ustalić Twoich własnych cen. To są ceny z naszego katalogu.
prices-unknown = W tej chwili nie możemy ustalić Twoich cen, więc nie można niczego zamówić. Koszyk pozostaje bez zmian; spróbuj ponownie za chwilę.
cart-changed-meanwhile = Twój koszyk zmienił się w międzyczasie, może w innej karcie. Sprawdź go i zamów ponownie.
form-too-old = Ta strona była długo otwarta. Sprawdź ją i zamów ponownie.
order-not-stored = Twoje zamówienie NIE zostało złożone: nie mogliśmy go zapisać. Nic nie zostało pobrane. Spróbuj ponownie za chwilę.
order-not-known = Nie wiemy jeszcze, czy zamówienie zostało złożone: nasz magazyn danych nie odpowiada. Wyślij je ponownie za chwilę. Nawet wysłane kilka razy pozostanie jednym zamówieniem.
thank-you = Dziękujemy za zamówienie
order-received = Otrzymaliśmy Twoje zamówienie { $number }. Napiszemy na adres { $email }.
keep-this-address = Zachowaj adres tej strony: pokazuje, na jakim etapie jest Twoje zamówienie.
track-parcel = Śledź paczkę
order-waits = Zamówienie jest przekazywane do działu zamówień.
order-taken-in = Dział zamówień otrzymał zamówienie.
order-confirmed = Zamówienie zostało potwierdzone.
order-shipped = Zamówienie jest w drodze.
order-delivered = Zamówienie zostało dostarczone.
order-cancelled = Zamówienie zostało anulowane.
order-refunded = Kwota została zwrócona.
not-a-quantity = Podaj liczbę całkowitą od 1 do { $most }; nic nie zostało zmienione.

wishlist = Lista życzeń
add-to-wishlist = Dodaj do listy życzeń
view-wishlist = Zobacz listę życzeń
wishlist-empty = Twoja lista życzeń jest jeszcze pusta.
wishlist-added = Na Twojej liście życzeń: { $product }.
share-wishlist = Udostępnij tę listę życzeń
share-wishlist-help = Kto otworzy ten adres, zobaczy, co jest na Twojej liście życzeń, i nic o Tobie.
shared-wishlist = Ktoś udostępnił Ci tę listę życzeń
take-shared-wishlist = Dodaj wszystko do mojej listy życzeń
comparison = Porównanie
add-to-comparison = Dodaj do porównania
view-comparison = Zobacz porównanie
comparison-empty = Nie ma jeszcze czego porównywać.
comparison-added = Dodano do porównania: { $product }.
list-removed = Usunięto z listy: { $product }.
list-cleared = Lista jest teraz pusta.
list-full = Najwyższa liczba artykułów na tej liście: { $most }. Usuń jeden, zanim dodasz następny.
clear-list = Opróżnij listę
availability = Dostępność
price-per-unit = Cena jednostkowa
department = Dział
differs = różni się
not-stated = nie podano
suggested-searches = Wyszukiwania
recently-viewed = Ostatnio oglądane
list-gone = { $count ->
    [one] { $number } artykuł z tej listy nie jest już dostępny w sklepie i został usunięty.
    [few] { $number } artykuły z tej listy nie są już dostępne w sklepie i zostały usunięte.
    [many] { $number } artykułów z tej listy nie jest już dostępnych w sklepie i zostało usuniętych.
   *[other] { $number } artykułu z tej listy nie jest już dostępne w sklepie i zostało usunięte.
}
list-taken = { $count ->
    [one] Dodano do listy { $number } artykuł.
    [few] Dodano do listy { $number } artykuły.
    [many] Dodano do listy { $number } artykułów.
   *[other] Dodano do listy { $number } artykułu.
}
suggestions-found = { $count ->
    [one] { $number } propozycja
    [few] { $number } propozycje
    [many] { $number } propozycji
   *[other] { $number } propozycji
}

all-departments = Wszystkie działy
all-brands = Wszystkie marki
view-grid = Siatka
view-list = Lista
reviews = Opinie klientów
verified-purchase = Zakup potwierdzony
sort-rating = Najlepiej oceniane
rating-of = { $rating } na 5 gwiazdek
answer-of = Odpowiedź sklepu { $shop }
review-count = { $count ->
    [one] { $number } opinia
    [few] { $number } opinie
    [many] { $number } opinii
   *[other] { $number } opinii
}
stars = { $count ->
    [one] { $number } gwiazdka
    [few] { $number } gwiazdki
    [many] { $number } gwiazdek
   *[other] { $number } gwiazdki
}
enlarge = Powiększ zdjęcie
rating = Ocena
any-rating = Dowolna ocena
stars-or-more = { $count ->
    [one] { $number } gwiazdka lub więcej
    [few] { $number } gwiazdki lub więcej
    [many] { $number } gwiazdek lub więcej
   *[other] { $number } gwiazdki lub więcej
}
