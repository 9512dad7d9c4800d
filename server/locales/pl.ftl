# Polski

skip-to-content = Przejdź do treści
search-products = Szukaj produktów
search = Szukaj
home = Strona główna
breadcrumb = Ścieżka nawigacji
departments = Działy
brands = Marki
footer = Stopka
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
price-on-request = Cena na zapytanie
unit-price = { $amount } / { $unit }
piece = sztuka

available = Dostępne
only-left = { $count ->
    [one] Została tylko { $number } sztuka
    [few] Zostały tylko { $number } sztuki
    [many] Zostało tylko { $number } sztuk
   *[other] Zostało tylko { $number } sztuki
}
made-to-order = Wykonywane na zamówienie
available-later = Dostępne później
ships-later = Można zamówić, wysyłka później
pre-order = Przedsprzedaż
can-be-preordered = Można zamówić przedpremierowo
out-of-stock = Brak w magazynie
no-longer-available = Już niedostępne
expected-on = { $stock }, spodziewane { $day }

pictures = Zdjęcia
films = Filmy
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
