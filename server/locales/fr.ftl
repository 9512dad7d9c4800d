# Français

skip-to-content = Aller au contenu
search-products = Rechercher des produits
search = Rechercher
home = Accueil
breadcrumb = Fil d’Ariane
departments = Rayons
brands = Marques
footer = Pied de page
help = Aide et informations
shop = Boutique

browse-departments = Parcourir les rayons
new-arrivals = Nouveautés
featured = À la une
guides = Guides
all-guides = Tous les guides

sub-categories = Sous-catégories
page-title = { $title } – page { $page }
list-description = { $name } chez { $shop } : { $products }.

filters = Filtres
active = actifs
chosen = choisis
in-stock = En stock
more-values = { $number } de plus
price = Prix
price-in = Prix en { $currency }
range-from = De
range-to = À
apply-filters = Appliquer les filtres
sort-by = Trier par
sort = Trier
active-filters = Filtres actifs
remove-filter = Retirer le filtre
clear-all = Tout effacer
products-heading = Produits
shown = { $from } à { $to } sur { $total }
pages = Pages
page = Page
previous = Précédent
next = Suivant
nothing-filtered = Aucun produit ne réunit toutes ces propriétés.
nothing-here = Il n’y a rien ici pour le moment.
any-facet = { $facet } : peu importe
any-price = Prix : peu importe
also-out-of-stock = Aussi ce qui est épuisé
price-from = À partir de { $amount }
price-up-to = Jusqu’à { $amount }
price-between = { $low } à { $high }
facet-value = { $facet } : { $value }
sort-relevance = Pertinence
sort-featured = À la une
sort-price-asc = Prix croissant
sort-price-desc = Prix décroissant
sort-name = Nom
sort-newest = Nouveautés

products = { $count ->
    [one] { $number } produit
   *[other] { $number } produits
}
choices = { $count ->
    [one] { $option } : { $number } choix
   *[other] { $option } : { $number } choix
}
variants = { $count ->
    [one] { $number } variante
   *[other] { $number } variantes
}
now = Maintenant
was = Avant
from = à partir de
saved = −{ $percent } %
price-on-request = Prix sur demande
unit-price = { $amount } / { $unit }
piece = pièce

available = Disponible
only-left = { $count ->
    [one] Plus que { $number } en stock
   *[other] Plus que { $number } en stock
}
made-to-order = Fabriqué sur commande
available-later = Disponible plus tard
ships-later = Peut être commandé, expédié plus tard
pre-order = Précommande
can-be-preordered = Peut être précommandé
out-of-stock = Épuisé
no-longer-available = N’est plus disponible
expected-on = { $stock }, attendu le { $day }

pictures = Photos
films = Vidéos
downloads = Téléchargements
picture = Photo { $number } sur { $total }
article-number = Référence
gtin = GTIN
part-number = Référence fabricant
one-of = { $option } (une parmi { $number })
show-choice = Afficher ce choix
sold-out = épuisé
elsewhere = pas dans cette combinaison, change l’autre choix
changes-the-rest = change le reste
note-sold-out = Barré : épuisé pour le moment.
note-elsewhere = En pointillés : n’existe pas dans cette combinaison ; l’autre choix change aussi.
description = Description
details = Détails
goes-well = Va bien avec
instead-of-it = À la place
you-may-also-like = Vous aimerez peut-être aussi
more-like-this = Dans le même genre

search-hint = Saisissez ci-dessus un produit, une marque, une caractéristique ou une référence.
quoted = « { $text } »
results-for = Résultats pour « { $query } »
nothing-matches = Rien ne correspond à « { $query } ».
nothing-advice = Vérifiez l’orthographe, utilisez moins de mots ou des mots plus généraux, ou partez d’ici.
search-for-less = Chercher moins de mots
similar-words = avec des mots proches de « { $query } », car rien ne contient exactement ceux-ci
search-in = Rechercher dans { $shop }.
last-changed = Dernière modification le { $day }

error-code = Erreur { $status }
go-home = Aller à l’accueil
perhaps = Vous cherchiez peut-être
error-400 = Nous ne pouvons pas lire cette adresse
error-400-help = Elle est mal formée. Vérifiez-la, ou repartez de l’accueil.
error-404 = Nous ne trouvons pas cette page
error-404-help = L’adresse est peut-être mal saisie, ou ce qui était ici n’est plus dans la boutique. La recherche ci-dessus trouve ce qui y est.
error-405 = Cette page ne s’utilise pas ainsi
error-405-help = On peut la lire, mais rien lui envoyer. Revenez en arrière et réessayez.
error-408 = Cela a pris trop de temps
error-408-help = La demande n’est pas arrivée à temps. Réessayez.
error-410 = Ceci n’est plus dans la boutique
error-410-help = Quelque chose de semblable y est peut-être.
error-413 = C’était trop
error-413-help = L’adresse ou le formulaire est plus long que ce que nous acceptons.
error-503 = Nous ouvrons bientôt
error-503-help = La boutique se prépare et sera là dans un instant. Réessayez dans quelques secondes.
error-500 = Un problème est survenu de notre côté
error-500-help = Ce n’est pas votre faute, et c’est noté. Réessayez dans un instant.
