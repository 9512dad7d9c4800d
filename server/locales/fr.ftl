# Français

skip-to-content = Aller au contenu
search-products = Rechercher des produits
search = Rechercher
home = Accueil
breadcrumb = Fil d’Ariane
departments = Rayons
brand = Marque
brands = Marques
footer = Pied de page
languages = Langues
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
lowest-before = Prix le plus bas des 30 derniers jours : { $amount }
sale-until = Jusqu’au { $day }
price-on-request = Prix sur demande
unit-price = { $amount } / { $unit }
tier-prices = Prix par quantité
tier-from = À partir de { $number }
tier-each = { $amount } l’unité
tier-saved = { $percent } % d’économie
piece = pièce

available = Disponible
only-left = { $count ->
    [one] Plus que { $number } en stock
   *[other] Plus que { $number } en stock
}
leaves-within = { $count ->
    [one] Expédié sous { $number } jour
   *[other] Expédié sous { $number } jours
}
made-to-order = Fabriqué sur commande
available-later = Disponible plus tard
ships-later = Peut être commandé, expédié plus tard
pre-order = Précommande
can-be-preordered = Peut être précommandé
out-of-stock = Épuisé
no-longer-available = N’est plus disponible
expected-on = { $stock }, attendu le { $day }
collect-at = À retirer sur place
few-left = Plus que quelques-uns
in-stock-at = En stock dans { $some } lieux sur { $all }
not-enough-here = Stock insuffisant à cet endroit : { $names }

pictures = Photos
films = Vidéos
models = Voir en 3D
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
in-this-set = Dans ce lot
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

error-401 = Réservé aux clients invités
error-401-help = Cette partie de la boutique est réservée aux clients munis d’un lien d’accès. Ouvrez de nouveau votre lien ou demandez-nous-en un autre.
error-403 = Ceci ne peut pas être envoyé de là
error-403-help = Le formulaire ne venait pas d’une page de cette boutique, rien n’a donc été fait. Ouvrez la page et envoyez-le de là.
error-429 = Cela faisait beaucoup à la fois
error-429-help = Attendez une minute et réessayez. Rien n’a été perdu.

add-to-cart = Ajouter au panier
view-cart = Voir le panier
cart = Panier
cart-empty = Votre panier est vide.
continue-shopping = Continuer mes achats
update-cart = Mettre à jour le panier
clear-cart = Vider le panier
remove = Supprimer
undo = Annuler
quantity = Quantité
quantity-of = Quantité : { $product }
summary = Votre commande
subtotal = Sous-total
delivery = Livraison
delivery-by = Livraison : { $method }
total = Total
tax = TVA
tax-included = Dont { $amount } de TVA ({ $percent } %)
tax-at = TVA { $percent } %
free-of-charge = gratuit
at-checkout = calculée à la commande
coupon = Code promo
redeem = Appliquer
to-checkout = Passer la commande
cart-needs-changes = Modifiez ce qui est signalé ci-dessus ; vous pourrez ensuite commander.
quick-order = Commander par référence
quick-order-help = Une référence par ligne, suivie de la quantité, par exemple : A-100 3
share-cart = Partager ce panier
share-cart-help = Toute personne qui ouvre cette adresse voit le contenu de votre panier, et rien sur vous.
shared-cart = Quelqu’un a partagé ce panier avec vous
take-shared-cart = Tout mettre dans mon panier
cart-updated = Votre panier est à jour.
cart-added = { $product } est dans votre panier.
cart-removed = { $product } n’est plus dans votre panier.
cart-cleared = Votre panier a été vidé.
cart-full = Un panier contient au plus { $most } lignes ; tout n’a pas pu y être mis.
cart-unknown = Ceci n’est plus dans la boutique.
cart-unreadable = Votre panier n’a pas pu être lu ; un nouveau a été commencé.
price-changed = Le prix a changé : il était de { $was }, il est maintenant de { $now }.
line-sold-out = Épuisé pour le moment. Retirez cet article pour commander le reste.
line-discontinued = N’est plus disponible. Retirez cet article pour commander le reste.
line-without-price = Le prix est uniquement sur demande. Retirez cet article pour commander le reste.
line-only-left = { $count ->
    [one] Il n’en reste que { $number }. Réduisez la quantité.
   *[other] Il n’en reste que { $number }. Réduisez la quantité.
}
lines-gone = { $count ->
    [one] { $number } article de votre panier n’est plus dans la boutique et sera retiré.
   *[other] { $number } articles de votre panier ne sont plus dans la boutique et seront retirés.
}
lines-taken = { $count ->
    [one] { $number } article a été ajouté à votre panier.
   *[other] { $number } articles ont été ajoutés à votre panier.
}
numbers-unknown = { $taken } Introuvable : { $numbers }
coupon-noted = Votre code a été pris en compte.
coupons-full = Un panier accepte au plus { $most } codes.
coupon-unknown = Nous ne connaissons pas ce code.
coupon-not-yet = Ce code est valable à partir du { $day }.
coupon-expired = Ce code était valable jusqu’au { $day }.
coupon-other-customers = Ce code est réservé à d’autres clients.
coupon-nothing-qualifies = Ce code ne s’applique à aucun article de votre panier.
coupon-below-minimum = Encore { $amount } d’achats et ce code s’applique.
coupon-too-few = { $count ->
    [one] Encore { $number } article et ce code s’applique.
   *[other] Encore { $number } articles et ce code s’applique.
}
coupon-excluded = Ce code n’est pas cumulable avec « { $name } ».

checkout = Commande
please-correct = À corriger
contact = Coordonnées
delivery-address = Adresse de livraison
billing-address = Adresse de facturation
other-billing = La facture est à envoyer à une autre adresse
update-delivery = Mettre à jour la livraison
payment = Paiement
note-to-shop = Message à la boutique
optional = facultatif
accept-terms = J’accepte :
newsletter = Je souhaite recevoir les nouveautés par e-mail
order-now = Commander avec obligation de paiement
terms = Conditions générales de vente
field-email = Adresse e-mail
field-phone = Téléphone
field-vat-id = Numéro de TVA
field-name = Prénom et nom
field-company = Société
field-line1 = Numéro et rue
field-line2 = Complément d’adresse
field-postcode = Code postal
field-city = Ville
field-region = État ou province
field-country = Pays
pay-by-invoice = Paiement sur facture
pay-by-invoice-help = Vous recevez une facture et payez par virement bancaire.
pay-on-delivery = Paiement à la livraison
pay-on-delivery-help = Vous payez quand le colis vous est remis.
pay-by-card = Carte et autres paiements en ligne
pay-by-card-help = Vous payez sur une page de notre prestataire de paiement, Stripe, puis revenez ici.
withdraw-here = Se rétracter du contrat ici
withdrawal-help = Vous pouvez vous rétracter d’un contrat ici, sans donner de motif. Indiquez la commande concernée ; vous verrez tout une dernière fois avant l’envoi.
withdrawal-order-number = Numéro de commande
withdrawal-articles = Articles concernés, si ce n’est pas toute la commande
withdrawal-date = Commandé ou reçu le
withdrawal-check = Continuer
withdrawal-check-help = Vérifiez ce que vous allez envoyer. Votre rétractation compte dès que vous l’avez confirmée.
withdrawal-confirm = Confirmer la rétractation
withdrawal-change = Modifier
withdrawal-received = Nous avons reçu votre rétractation
withdrawal-keep = Imprimez cette page ou gardez son adresse : c’est votre accusé de réception.
withdrawal-and-others = … et les autres articles de cette commande
withdrawal-not-stored = Votre rétractation n’a PAS été envoyée : nous n’avons pas pu l’enregistrer. Réessayez dans un instant.
withdrawal-not-known = Nous ne savons pas encore si votre rétractation est arrivée : notre système d’enregistrement ne répond pas. Renvoyez-la dans un instant. Même envoyée plusieurs fois, elle reste une seule rétractation.
withdrawal-received-help = Reçue le { $time } sous le numéro { $number }. Nous la confirmons à { $email }.

# Being told when something can be had again
restock-ask = Prévenez-moi du retour en stock
restock-help = Nous écrirons une seule fois à cette adresse, dès que { $name } sera de nouveau disponible.
restock-received = C’est noté
restock-received-help = Nous vous écrirons dès que { $name } sera de nouveau disponible.
restock-not-stored = Nous n’avons pas pu enregistrer votre demande. Veuillez réessayer dans un instant.
payment-unavailable = Le paiement en ligne ne fonctionne pas pour le moment. Rien n’a été débité et votre commande n’a PAS été passée. Réessayez dans un instant ou choisissez un autre mode de paiement.
payment-pending = Votre paiement est en cours de confirmation
payment-failed = Le paiement n’a pas abouti
payment-failed-help = Rien n’a été commandé. Veuillez commander de nouveau, peut-être avec un autre mode de paiement.
payment-look-again = Vérifier de nouveau
paid = payé
payment-pending-help = Dès que le paiement nous est confirmé, nous passons votre commande { $number } et écrivons à { $email }. Cela prend en général moins d’une minute ; inutile de payer une seconde fois.
fault-missing = à remplir
fault-mail = indiquez une adresse e-mail, par exemple nom@mail.example
fault-phone = indiquez un numéro de téléphone en chiffres uniquement, par exemple +33 1 99 00 12 34
fault-postcode = indiquez un code postal, par exemple { $example }
fault-not-chosen = faites un choix
fault-not-accepted = à accepter pour commander
fault-too-long = trop long, à raccourcir
total-changed = Le total a changé entre-temps : il était de { $was }, il est maintenant de { $now }. Vérifiez-le et commandez à nouveau.
prices-of-catalog = Nous n’avons pas pu calculer vos propres prix. Voici les prix de notre catalogue.
prices-unknown = Nous ne pouvons pas calculer vos prix pour le moment, rien ne peut donc être commandé. Votre panier reste tel quel ; réessayez dans un instant.
cart-changed-meanwhile = Votre panier a changé entre-temps, peut-être dans un autre onglet. Vérifiez-le et commandez à nouveau.
form-too-old = Cette page est restée ouverte longtemps. Vérifiez-la et commandez à nouveau.
order-not-stored = Votre commande n’a PAS été passée : nous n’avons pas pu l’enregistrer. Rien n’a été débité. Réessayez dans un instant.
order-not-known = Nous ne savons pas encore si votre commande est passée : notre système d’enregistrement ne répond pas. Renvoyez-la dans un instant. Même envoyée plusieurs fois, elle reste une seule commande.
thank-you = Merci pour votre commande
order-received = Nous avons bien reçu votre commande { $number }. Nous vous écrivons à { $email }.
keep-this-address = Conservez l’adresse de cette page : elle montre où en est votre commande.
track-parcel = Suivre le colis
order-waits = Elle est en cours de transmission à notre service des commandes.
order-taken-in = Notre service des commandes l’a reçue.
order-confirmed = Elle est confirmée.
order-shipped = Elle est en route vers vous.
order-delivered = Elle a été livrée.
order-cancelled = Elle a été annulée.
order-refunded = Le montant vous a été remboursé.
not-a-quantity = Veuillez indiquer un nombre entier de 1 à { $most } ; rien n’a été modifié.

wishlist = Liste d’envies
add-to-wishlist = Ajouter à la liste d’envies
view-wishlist = Voir la liste d’envies
wishlist-empty = Votre liste d’envies est encore vide.
wishlist-added = { $product } est dans votre liste d’envies.
share-wishlist = Partager cette liste d’envies
share-wishlist-help = Toute personne qui ouvre cette adresse voit le contenu de votre liste d’envies, et rien sur vous.
shared-wishlist = Quelqu’un a partagé cette liste d’envies avec vous
take-shared-wishlist = Tout mettre dans ma liste d’envies
comparison = Comparaison
add-to-comparison = Ajouter à la comparaison
view-comparison = Voir la comparaison
comparison-empty = Il n’y a encore rien à comparer.
comparison-added = { $product } est dans votre comparaison.
list-removed = { $product } n’est plus dans la liste.
list-cleared = La liste est maintenant vide.
list-full = Cette liste contient { $most } articles au plus. Veuillez en retirer un avant d’en ajouter un autre.
clear-list = Vider la liste
availability = Disponibilité
price-per-unit = Prix à l’unité de mesure
department = Rayon
differs = différent
not-stated = non précisé
suggested-searches = Recherches
recently-viewed = Vus récemment
list-gone = { $count ->
    [one] { $number } article de cette liste n’est plus dans la boutique et en a été retiré.
   *[other] { $number } articles de cette liste ne sont plus dans la boutique et en ont été retirés.
}
list-taken = { $count ->
    [one] { $number } article a été ajouté à la liste.
   *[other] { $number } articles ont été ajoutés à la liste.
}
suggestions-found = { $count ->
    [one] { $number } suggestion
   *[other] { $number } suggestions
}

all-departments = Tous les rayons
all-brands = Toutes les marques
view-grid = Grille
view-list = Liste
reviews = Avis clients
verified-purchase = Achat vérifié
sort-rating = Mieux notés
rating-of = { $rating } étoiles sur 5
answer-of = Réponse de { $shop }
review-count = { $count ->
    [one] { $number } avis
   *[other] { $number } avis
}
stars = { $count ->
    [one] { $number } étoile
   *[other] { $number } étoiles
}
enlarge = Agrandir l’image
rating = Note
any-rating = Toutes les notes
stars-or-more = { $count ->
    [one] { $number } étoile ou plus
   *[other] { $number } étoiles ou plus
}
