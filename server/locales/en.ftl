# What the shop itself says, in English: the language that every other file is a translation of.
# Each file has the same messages; a test compares them. $number is written by the locale, $count chooses the form.

skip-to-content = Skip to content
search-products = Search products
search = Search
home = Home
breadcrumb = Breadcrumb
departments = Departments
brand = Brand
brands = Brands
footer = Footer
languages = Languages
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
lowest-before = Lowest price of the last 30 days: { $amount }
sale-until = Until { $day }
price-on-request = Price on request
unit-price = { $amount } / { $unit }
tier-prices = Volume prices
tier-from = From { $number }
tier-each = { $amount } each
tier-saved = save { $percent }%
piece = piece

available = Available
only-left = { $count ->
    [one] Only { $number } left
   *[other] Only { $number } left
}
leaves-within = { $count ->
    [one] Ships within { $number } day
   *[other] Ships within { $number } days
}
made-to-order = Made to order
available-later = Available later
ships-later = Can be ordered, ships later
pre-order = Pre-order
can-be-preordered = Can be pre-ordered
out-of-stock = Out of stock
no-longer-available = No longer available
expected-on = { $stock }, expected on { $day }
collect-at = Collect it yourself
few-left = Few left
in-stock-at = In stock at { $some } of { $all } places
not-enough-here = There is not enough of this here: { $names }

pictures = Pictures
films = Films
models = View in 3D
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
in-this-set = In this set
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

error-401 = For invited customers
error-401-help = This part of the shop is for customers with an entrance link. Please open your link again, or ask us for a new one.
error-403 = This cannot be sent from there
error-403-help = The form did not come from a page of this shop, so nothing was done. Please go to the page and send it from there.
error-429 = That was a lot at once
error-429-help = Please wait a minute and try again. Nothing was lost.

add-to-cart = Add to cart
view-cart = View cart
cart = Cart
cart-empty = Your cart is empty.
continue-shopping = Continue shopping
update-cart = Update cart
clear-cart = Empty the cart
remove = Remove
undo = Undo
quantity = Quantity
quantity-of = Quantity of { $product }
summary = Your order
subtotal = Subtotal
delivery = Delivery
delivery-by = Delivery: { $method }
total = Total
tax = VAT
tax-included = Includes { $amount } VAT ({ $percent }%)
tax-at = VAT { $percent }%
free-of-charge = free
at-checkout = at checkout
coupon = Coupon code
redeem = Redeem
to-checkout = Go to checkout
cart-needs-changes = Please change what is marked above; then you can order.
quick-order = Order by article number
quick-order-help = One article number a line, and how many behind it, such as: A-100 3
share-cart = Share this cart
share-cart-help = Whoever opens this address sees what is in your cart, and nothing about you.
shared-cart = Somebody shared this cart with you
take-shared-cart = Put all of it in my cart
cart-updated = Your cart is up to date.
cart-added = { $product } is in your cart.
cart-removed = { $product } was taken out of your cart.
cart-cleared = Your cart was emptied.
cart-full = A cart holds { $most } lines; not everything could be put in.
cart-unknown = This is no longer in the shop.
cart-unreadable = Your cart could not be read, so it was begun anew.
price-changed = The price changed: it was { $was }, now it is { $now }.
line-sold-out = Sold out at the moment. Please take it out to order the rest.
line-discontinued = No longer available. Please take it out to order the rest.
line-without-price = It has a price on request only. Please take it out to order the rest.
line-only-left = { $count ->
    [one] Only { $number } is left. Please lower the quantity.
   *[other] Only { $number } are left. Please lower the quantity.
}
lines-gone = { $count ->
    [one] { $number } article in your cart is no longer in the shop and will be taken out.
   *[other] { $number } articles in your cart are no longer in the shop and will be taken out.
}
lines-taken = { $count ->
    [one] { $number } article was put in your cart.
   *[other] { $number } articles were put in your cart.
}
numbers-unknown = { $taken } Not found: { $numbers }
coupon-noted = Your code was noted.
coupons-full = A cart takes { $most } codes.
coupon-unknown = We do not know this code.
coupon-not-yet = This code is valid from { $day }.
coupon-expired = This code was valid until { $day }.
coupon-other-customers = This code is for other customers.
coupon-nothing-qualifies = Nothing in your cart is what this code is for.
coupon-below-minimum = { $amount } more, and this code applies.
coupon-too-few = { $count ->
    [one] { $number } more article, and this code applies.
   *[other] { $number } more articles, and this code applies.
}
coupon-excluded = This code does not go together with “{ $name }”.

checkout = Checkout
please-correct = Please correct this
contact = Contact
delivery-address = Delivery address
billing-address = Billing address
other-billing = The invoice goes to another address
update-delivery = Update delivery
payment = Payment
note-to-shop = Message to the shop
optional = optional
accept-terms = I accept:
newsletter = Send me news by mail
order-now = Order and pay
terms = Terms
field-email = Email
field-phone = Phone
field-vat-id = VAT number
field-name = First and last name
field-company = Company
field-line1 = Street and number
field-line2 = Further address line
field-postcode = Postcode
field-city = Town or city
field-region = State or province
field-country = Country
pay-by-invoice = Invoice
pay-by-invoice-help = You get an invoice and pay by bank transfer.
pay-on-delivery = Cash on delivery
pay-on-delivery-help = You pay when the parcel is handed to you.
pay-by-card = Card and other ways to pay online
pay-by-card-help = You pay on a page of our payment provider, Stripe, and come back here.
withdraw-here = Withdraw from contract here
withdrawal-help = You can withdraw from a contract here without giving a reason. Tell us which order it is about; you see everything once more before it is sent.
withdrawal-order-number = Order number
withdrawal-articles = Articles you withdraw from, if not all of them
withdrawal-date = Ordered or received on
withdrawal-check = Continue
withdrawal-check-help = Please check what you are about to send. It counts when you have confirmed it.
withdrawal-confirm = Confirm withdrawal
withdrawal-change = Change
withdrawal-received = We have received your withdrawal
withdrawal-keep = Print this page or keep its address: it is your acknowledgement.
withdrawal-and-others = … and the other articles of this order
withdrawal-not-stored = Your withdrawal was NOT sent: we could not store it. Please try again in a moment.
withdrawal-not-known = We cannot tell yet whether your withdrawal arrived: our store does not answer. Please send it again in a moment. However often you do, it is one withdrawal.
withdrawal-received-help = Received on { $time } under the number { $number }. We confirm it to { $email }.

# Being told when something can be had again
restock-ask = Tell me when it is back
restock-help = We will write to this address once, as soon as { $name } can be had again.
restock-received = We have noted it
restock-received-help = We will write to you as soon as { $name } can be had again.
restock-not-stored = We could not note it just now. Please try again in a moment.
payment-unavailable = Paying online does not work at the moment. Nothing was charged and your order was NOT placed. Please try again in a moment, or choose another way to pay.
payment-pending = Your payment is being confirmed
payment-failed = The payment did not go through
payment-failed-help = Nothing was ordered. What you wanted is still for sale; please order again, perhaps with another way to pay.
payment-look-again = Look again
paid = paid
payment-pending-help = As soon as we hear that it was paid, we place your order { $number } and write to { $email }. That usually takes less than a minute; you need not pay again.
fault-missing = please fill this in
fault-mail = please give an email address such as name@mail.example
fault-phone = please give a phone number with digits only, such as +44 20 7946 0000
fault-postcode = please give a postcode such as { $example }
fault-not-chosen = please choose one
fault-not-accepted = please accept them to order
fault-too-long = please make this shorter
total-changed = The total changed while you were here: it was { $was }, now it is { $now }. Please check it and order again.
prices-of-catalog = We could not work out your own prices just now. These are the prices of our catalogue.
prices-unknown = We cannot work out your prices at the moment, so nothing can be ordered. Your cart stays as it is; please try again in a moment.
cart-changed-meanwhile = Your cart changed meanwhile, perhaps in another tab. Please check it and order again.
form-too-old = This page was open for a long time. Please check it and order again.
order-not-stored = Your order was NOT placed: we could not store it. Nothing was charged. Please try again in a moment.
order-not-known = We cannot tell yet whether your order was placed: our store does not answer. Please send it again in a moment. However often you do, it is one order.
thank-you = Thank you for your order
order-received = We have received your order { $number }. We write to { $email }.
keep-this-address = Keep the address of this page: it shows how far your order is.
track-parcel = Track the parcel
order-waits = It is being passed on to our order desk.
order-taken-in = Our order desk has it.
order-confirmed = It is confirmed.
order-shipped = It is on its way to you.
order-delivered = It was delivered.
order-cancelled = It was cancelled.
order-refunded = The money was sent back to you.
not-a-quantity = Please give a whole number from 1 to { $most }; nothing was changed.

wishlist = Wishlist
add-to-wishlist = Add to wishlist
view-wishlist = View wishlist
wishlist-empty = There is nothing on your wishlist yet.
wishlist-added = { $product } is on your wishlist.
share-wishlist = Share this wishlist
share-wishlist-help = Whoever opens this address sees what is on your wishlist, and nothing about you.
shared-wishlist = Somebody shared this wishlist with you
take-shared-wishlist = Put all of it on my wishlist
comparison = Comparison
add-to-comparison = Add to comparison
view-comparison = View comparison
comparison-empty = There is nothing to compare yet.
comparison-added = { $product } is in your comparison.
list-removed = { $product } was taken off the list.
list-cleared = The list is empty now.
list-full = This list holds { $most } articles. Please take one off before you add another.
clear-list = Empty the list
availability = Availability
price-per-unit = Price per unit
department = Department
differs = differs
not-stated = not stated
suggested-searches = Searches
recently-viewed = Recently viewed
list-gone = { $count ->
    [one] { $number } article on this list is no longer in the shop and was taken off it.
   *[other] { $number } articles on this list are no longer in the shop and were taken off it.
}
list-taken = { $count ->
    [one] { $number } article was put on the list.
   *[other] { $number } articles were put on the list.
}
suggestions-found = { $count ->
    [one] { $number } suggestion
   *[other] { $number } suggestions
}

all-departments = All departments
all-brands = All brands
view-grid = Grid
view-list = List
reviews = Customer reviews
verified-purchase = Verified purchase
sort-rating = Best rated
rating-of = { $rating } out of 5 stars
answer-of = Answer from { $shop }
review-count = { $count ->
    [one] { $number } review
   *[other] { $number } reviews
}
stars = { $count ->
    [one] { $number } star
   *[other] { $number } stars
}
enlarge = Enlarge the picture
rating = Rating
any-rating = Any rating
stars-or-more = { $count ->
    [one] { $number } star or more
   *[other] { $number } stars or more
}
