# What the shop itself says, in English: the language that every other file is a translation of.
# Each file has the same messages; a test compares them. $number is written by the locale, $count chooses the form.

skip-to-content = Skip to content
search-products = Search products
search = Search
home = Home
breadcrumb = Breadcrumb
departments = Departments
brands = Brands
footer = Footer
help = Help and information
shop = Shop

browse-departments = Browse departments
new-arrivals = New arrivals
featured = Featured
guides = Guides
all-guides = All guides

sub-categories = Sub-categories
page-title = { $title } – page { $page }
list-description = { $name } at { $shop }: { $products }.

filters = Filters
active = active
chosen = chosen
in-stock = In stock
more-values = { $number } more
price = Price
price-in = Price in { $currency }
range-from = From
range-to = To
apply-filters = Apply filters
sort-by = Sort by
sort = Sort
active-filters = Active filters
remove-filter = Remove filter
clear-all = Clear all
products-heading = Products
shown = Showing { $from }–{ $to } of { $total }
pages = Pages
page = Page
previous = Previous
next = Next
nothing-filtered = No product has all of these properties.
nothing-here = There is nothing here at the moment.
any-facet = Any { $facet }
any-price = Any price
also-out-of-stock = Also what is out of stock
price-from = From { $amount }
price-up-to = Up to { $amount }
price-between = { $low } to { $high }
facet-value = { $facet }: { $value }
sort-relevance = Best match
sort-featured = Featured
sort-price-asc = Price, low to high
sort-price-desc = Price, high to low
sort-name = Name
sort-newest = Newest

products = { $count ->
    [one] { $number } product
   *[other] { $number } products
}
choices = { $count ->
    [one] { $option }: { $number } choice
   *[other] { $option }: { $number } choices
}
variants = { $count ->
    [one] { $number } variant
   *[other] { $number } variants
}
now = Now
was = Was
from = from
saved = −{ $percent }%
price-on-request = Price on request
unit-price = { $amount } / { $unit }
piece = piece

available = Available
only-left = { $count ->
    [one] Only { $number } left
   *[other] Only { $number } left
}
made-to-order = Made to order
available-later = Available later
ships-later = Can be ordered, ships later
pre-order = Pre-order
can-be-preordered = Can be pre-ordered
out-of-stock = Out of stock
no-longer-available = No longer available
expected-on = { $stock }, expected on { $day }

pictures = Pictures
films = Films
downloads = Downloads
picture = Picture { $number } of { $total }
article-number = Article number
gtin = GTIN
part-number = Part number
one-of = { $option } (one of { $number })
show-choice = Show this choice
sold-out = sold out
elsewhere = not in this combination, changes the other choice
changes-the-rest = changes the rest
note-sold-out = Crossed out: sold out at the moment.
note-elsewhere = Dashed: not made in this combination; choosing it changes the other choice too.
description = Description
details = Details
goes-well = Goes well with it
instead-of-it = Instead of it
you-may-also-like = You may also like
more-like-this = More like this

search-hint = Type a product, a brand, a feature or an article number in the box above.
quoted = “{ $text }”
results-for = Results for “{ $query }”
nothing-matches = Nothing matches “{ $query }”.
nothing-advice = Check the spelling, use fewer or more general words, or start from one of these.
search-for-less = Search for less
similar-words = with words similar to “{ $query }”, as nothing has exactly these
search-in = Search { $shop }.
last-changed = Last changed on { $day }

error-code = Error { $status }
go-home = Go to the home page
perhaps = Perhaps you were looking for
error-400 = We cannot read this address
error-400-help = Something in it is malformed. Please check it, or start again from the home page.
error-404 = We cannot find this page
error-404-help = The address may be mistyped, or what was here is no longer in the shop. The search box above finds what is.
error-405 = This page cannot be used that way
error-405-help = It can be read, but nothing can be sent to it. Please go back and try again.
error-408 = That took too long
error-408-help = The request did not arrive in time. Please try again.
error-410 = This is no longer in the shop
error-410-help = Perhaps something similar is.
error-413 = That was too much
error-413-help = The address or the form is longer than we can take.
error-503 = We are opening shortly
error-503-help = The shop is being prepared and will be here in a moment. Please try again in a few seconds.
error-500 = Something went wrong on our side
error-500-help = It is not your fault, and it has been noted. Please try again in a moment.
