# Español

skip-to-content = Saltar al contenido
search-products = Buscar productos
search = Buscar
home = Inicio
breadcrumb = Ruta de navegación
departments = Departamentos
brand = Marca
brands = Marcas
footer = Pie de página
languages = Idiomas
help = Ayuda e información
shop = Tienda

browse-departments = Ver departamentos
new-arrivals = Novedades
featured = Destacados
guides = Guías
all-guides = Todas las guías

sub-categories = Subcategorías
page-title = { $title } – página { $page }
list-description = { $name } en { $shop }: { $products }.

filters = Filtros
active = activos
chosen = elegidos
in-stock = En stock
more-values = { $number } más
price = Precio
price-in = Precio en { $currency }
range-from = Desde
range-to = Hasta
apply-filters = Aplicar filtros
sort-by = Ordenar por
sort = Ordenar
active-filters = Filtros activos
remove-filter = Quitar filtro
clear-all = Quitar todos
products-heading = Productos
shown = { $from }–{ $to } de { $total }
pages = Páginas
page = Página
previous = Anterior
next = Siguiente
nothing-filtered = Ningún producto tiene todas estas propiedades.
nothing-here = No hay nada aquí por el momento.
any-facet = { $facet }: cualquiera
any-price = Precio: cualquiera
also-out-of-stock = También lo agotado
price-from = Desde { $amount }
price-up-to = Hasta { $amount }
price-between = De { $low } a { $high }
facet-value = { $facet }: { $value }
sort-relevance = Relevancia
sort-featured = Destacados
sort-price-asc = Precio: de menor a mayor
sort-price-desc = Precio: de mayor a menor
sort-name = Nombre
sort-newest = Novedades

products = { $count ->
    [one] { $number } producto
   *[other] { $number } productos
}
choices = { $count ->
    [one] { $option }: { $number } opción
   *[other] { $option }: { $number } opciones
}
variants = { $count ->
    [one] { $number } variante
   *[other] { $number } variantes
}
now = Ahora
was = Antes
from = desde
saved = −{ $percent } %
lowest-before = Precio más bajo de los últimos 30 días: { $amount }
sale-until = Hasta el { $day }
price-on-request = Precio a consultar
unit-price = { $amount } / { $unit }
tier-prices = Precios por cantidad
tier-from = A partir de { $number }
tier-each = { $amount } por unidad
tier-saved = ahorre un { $percent } %
piece = unidad

available = Disponible
only-left = { $count ->
    [one] Solo queda { $number }
   *[other] Solo quedan { $number }
}
leaves-within = { $count ->
    [one] Se envía en { $number } día como máximo
   *[other] Se envía en { $number } días como máximo
}
made-to-order = Hecho por encargo
available-later = Disponible más adelante
ships-later = Se puede pedir, se envía más adelante
pre-order = Reserva
can-be-preordered = Se puede reservar
out-of-stock = Agotado
no-longer-available = Ya no está disponible
expected-on = { $stock }, previsto para el { $day }
collect-at = Recogida en tienda
few-left = Quedan pocas unidades
in-stock-at = En stock en { $some } de { $all } puntos
not-enough-here = Aquí no hay suficiente de esto: { $names }

pictures = Imágenes
films = Vídeos
models = Ver en 3D
downloads = Descargas
picture = Imagen { $number } de { $total }
article-number = Referencia
gtin = GTIN
part-number = Referencia del fabricante
one-of = { $option } (una de { $number })
show-choice = Mostrar esta opción
sold-out = agotado
elsewhere = no en esta combinación, cambia la otra opción
changes-the-rest = cambia el resto
note-sold-out = Tachado: agotado por el momento.
note-elsewhere = Con línea discontinua: no existe en esta combinación; al elegirlo cambia también la otra opción.
description = Descripción
details = Detalles
goes-well = Combina bien con
in-this-set = En este conjunto
instead-of-it = Alternativas
you-may-also-like = También te puede gustar
more-like-this = Más como este

search-hint = Escribe arriba un producto, una marca, una característica o una referencia.
quoted = «{ $text }»
results-for = Resultados de «{ $query }»
nothing-matches = Nada coincide con «{ $query }».
nothing-advice = Revisa la ortografía, usa menos palabras o más generales, o empieza por aquí.
search-for-less = Buscar con menos palabras
similar-words = con palabras parecidas a «{ $query }», porque nada tiene exactamente estas
search-in = Buscar en { $shop }.
last-changed = Última modificación: { $day }

error-code = Error { $status }
go-home = Ir al inicio
perhaps = Quizás buscabas
error-400 = No podemos leer esta dirección
error-400-help = Hay algo mal escrito en ella. Revísala o vuelve a empezar desde el inicio.
error-404 = No encontramos esta página
error-404-help = Puede que la dirección esté mal escrita o que lo que había aquí ya no esté en la tienda. El buscador de arriba encuentra lo que hay.
error-405 = Esta página no se usa así
error-405-help = Se puede leer, pero no se le puede enviar nada. Vuelve atrás e inténtalo de nuevo.
error-408 = Ha tardado demasiado
error-408-help = La solicitud no llegó a tiempo. Inténtalo de nuevo.
error-410 = Esto ya no está en la tienda
error-410-help = Quizás haya algo parecido.
error-413 = Era demasiado
error-413-help = La dirección o el formulario son más largos de lo que podemos aceptar.
error-503 = Abrimos enseguida
error-503-help = La tienda se está preparando y estará aquí en un momento. Inténtalo de nuevo en unos segundos.
error-500 = Algo ha fallado por nuestra parte
error-500-help = No es culpa tuya y ha quedado anotado. Inténtalo de nuevo en un momento.

error-401 = Para clientes invitados
error-401-help = Esta parte de la tienda es para clientes con un enlace de acceso. Abre de nuevo tu enlace o pídenos uno nuevo.
error-403 = Esto no se puede enviar desde ahí
error-403-help = El formulario no venía de una página de esta tienda, así que no se ha hecho nada. Ve a la página y envíalo desde allí.
error-429 = Eran demasiadas cosas a la vez
error-429-help = Espera un minuto e inténtalo de nuevo. No se ha perdido nada.

add-to-cart = Añadir al carrito
view-cart = Ver carrito
cart = Carrito
cart-empty = Tu carrito está vacío.
continue-shopping = Seguir comprando
update-cart = Actualizar carrito
clear-cart = Vaciar carrito
remove = Eliminar
undo = Deshacer
quantity = Cantidad
quantity-of = Cantidad de { $product }
summary = Tu pedido
subtotal = Subtotal
delivery = Envío
delivery-by = Envío: { $method }
total = Total
tax = IVA
tax-included = Incluye { $amount } de IVA ({ $percent } %)
tax-at = IVA { $percent } %
free-of-charge = gratis
at-checkout = se calcula al tramitar el pedido
coupon = Código de descuento
redeem = Aplicar
to-checkout = Tramitar pedido
cart-needs-changes = Cambia lo que está marcado arriba; después podrás hacer el pedido.
quick-order = Pedir por referencia
quick-order-help = Una referencia por línea y, detrás, la cantidad; por ejemplo: A-100 3
share-cart = Compartir este carrito
share-cart-help = Quien abra esta dirección verá lo que hay en tu carrito, y nada sobre ti.
shared-cart = Alguien ha compartido este carrito contigo
take-shared-cart = Ponerlo todo en mi carrito
cart-updated = Tu carrito está al día.
cart-added = { $product } está en tu carrito.
cart-removed = { $product } ya no está en tu carrito.
cart-cleared = Tu carrito se ha vaciado.
cart-full = En un carrito caben { $most } líneas; no se ha podido añadir todo.
cart-unknown = Esto ya no está en la tienda.
cart-unreadable = No se ha podido leer tu carrito, así que se ha empezado uno nuevo.
price-changed = El precio ha cambiado: era { $was } y ahora es { $now }.
line-sold-out = Agotado por el momento. Elimínalo para pedir el resto.
line-discontinued = Ya no está disponible. Elimínalo para pedir el resto.
line-without-price = El precio es solo a consultar. Elimínalo para pedir el resto.
line-only-left = { $count ->
    [one] Solo queda { $number }. Reduce la cantidad.
   *[other] Solo quedan { $number }. Reduce la cantidad.
}
lines-gone = { $count ->
    [one] { $number } artículo de tu carrito ya no está en la tienda y se eliminará.
   *[other] { $number } artículos de tu carrito ya no están en la tienda y se eliminarán.
}
lines-taken = { $count ->
    [one] Se ha añadido { $number } artículo a tu carrito.
   *[other] Se han añadido { $number } artículos a tu carrito.
}
numbers-unknown = { $taken } No se ha encontrado: { $numbers }
coupon-noted = Tu código se ha guardado.
coupons-full = Un carrito admite { $most } códigos.
coupon-unknown = No conocemos este código.
coupon-not-yet = Este código es válido a partir del { $day }.
coupon-expired = Este código era válido hasta el { $day }.
coupon-other-customers = Este código es para otros clientes.
coupon-nothing-qualifies = Este código no es válido para ningún artículo de tu carrito.
coupon-below-minimum = Añade { $amount } más y se aplicará este código.
coupon-too-few = { $count ->
    [one] Añade { $number } artículo más y se aplicará este código.
   *[other] Añade { $number } artículos más y se aplicará este código.
}
coupon-excluded = Este código no se puede combinar con «{ $name }».

checkout = Tramitar pedido
please-correct = Corrige lo siguiente
contact = Datos de contacto
delivery-address = Dirección de envío
billing-address = Dirección de facturación
other-billing = La factura va a otra dirección
update-delivery = Actualizar envío
payment = Pago
note-to-shop = Mensaje para la tienda
optional = opcional
accept-terms = Acepto:
newsletter = Quiero recibir novedades por correo electrónico
order-now = Pedido con obligación de pago
terms = Condiciones generales
field-email = Correo electrónico
field-phone = Teléfono
field-vat-id = NIF-IVA
field-name = Nombre y apellidos
field-company = Empresa
field-line1 = Calle y número
field-line2 = Información adicional de la dirección
field-postcode = Código postal
field-city = Localidad
field-region = Provincia o estado
field-country = País
pay-by-invoice = Pago con factura
pay-by-invoice-help = Recibes una factura y pagas por transferencia bancaria.
pay-on-delivery = Contra reembolso
pay-on-delivery-help = Pagas cuando te entregan el paquete.
pay-by-card = Tarjeta y otros pagos en línea
pay-by-card-help = Pagas en una página de nuestro proveedor de pagos, Stripe, y vuelves aquí.
withdraw-here = Desistir del contrato aquí
withdrawal-help = Aquí puede desistir de un contrato sin indicar el motivo. Díganos de qué pedido se trata; lo verá todo una vez más antes de enviarlo.
withdrawal-order-number = Número de pedido
withdrawal-articles = Artículos de los que desiste, si no son todos
withdrawal-date = Pedido o recibido el
withdrawal-check = Continuar
withdrawal-check-help = Compruebe lo que va a enviar. Cuenta en cuanto lo confirme.
withdrawal-confirm = Confirmar desistimiento
withdrawal-change = Cambiar
withdrawal-received = Hemos recibido su desistimiento
withdrawal-keep = Imprima esta página o guarde su dirección: es su acuse de recibo.
withdrawal-and-others = … y los demás artículos de este pedido
withdrawal-not-stored = Su desistimiento NO se ha enviado: no hemos podido guardarlo. Inténtelo de nuevo en un momento.
withdrawal-not-known = Aún no sabemos si su desistimiento ha llegado: nuestro almacén de datos no responde. Envíelo de nuevo en un momento. Aunque lo envíe varias veces, será un solo desistimiento.
withdrawal-received-help = Recibido el { $time } con el número { $number }. Lo confirmamos a { $email }.

# Being told when something can be had again
restock-ask = Avísame cuando vuelva
restock-help = Escribiremos una sola vez a esta dirección, en cuanto { $name } vuelva a estar disponible.
restock-received = Lo hemos anotado
restock-received-help = Te escribiremos en cuanto { $name } vuelva a estar disponible.
restock-not-stored = No hemos podido anotarlo. Inténtalo de nuevo en un momento.
payment-unavailable = El pago en línea no funciona en este momento. No se ha cobrado nada y tu pedido NO se ha realizado. Inténtalo de nuevo en un momento o elige otra forma de pago.
payment-pending = Estamos confirmando tu pago
payment-failed = El pago no se ha completado
payment-failed-help = No se ha pedido nada. Vuelve a hacer el pedido, quizá con otra forma de pago.
payment-look-again = Volver a mirar
paid = pagado
payment-pending-help = En cuanto sepamos que se ha pagado, realizaremos tu pedido { $number } y escribiremos a { $email }. Suele tardar menos de un minuto; no hace falta que pagues otra vez.
fault-missing = rellena este campo
fault-mail = indica una dirección de correo electrónico, por ejemplo nombre@mail.example
fault-phone = indica un número de teléfono solo con cifras, por ejemplo +34 000 000 000
fault-postcode = indica un código postal, por ejemplo { $example }
fault-not-chosen = elige una opción
fault-not-accepted = hay que aceptarlas para hacer el pedido
fault-too-long = acorta este texto
total-changed = El total ha cambiado mientras estabas aquí: era { $was } y ahora es { $now }. Revísalo y vuelve a hacer el pedido.
prices-of-catalog = No hemos podido calcular tus propios precios. Estos son los precios de nuestro catálogo.
prices-unknown = En este momento no podemos calcular tus precios, así que no se puede pedir nada. Tu carrito se queda como está; inténtalo de nuevo en un momento.
cart-changed-meanwhile = Tu carrito ha cambiado mientras tanto, quizás en otra pestaña. Revísalo y vuelve a hacer el pedido.
form-too-old = Esta página ha estado abierta mucho tiempo. Revísala y vuelve a hacer el pedido.
order-not-stored = Tu pedido NO se ha realizado: no hemos podido guardarlo. No se ha cobrado nada. Inténtalo de nuevo en un momento.
order-not-known = Aún no sabemos si tu pedido se ha realizado: nuestro almacén de datos no responde. Envíalo de nuevo en un momento. Aunque lo envíes varias veces, será un solo pedido.
thank-you = Gracias por tu pedido
order-received = Hemos recibido tu pedido { $number }. Te escribimos a { $email }.
keep-this-address = Guarda la dirección de esta página: muestra cómo va tu pedido.
track-parcel = Seguir el paquete
order-waits = Se está pasando a nuestro departamento de pedidos.
order-taken-in = Nuestro departamento de pedidos lo ha recibido.
order-confirmed = Está confirmado.
order-shipped = Está en camino.
order-delivered = Se ha entregado.
order-cancelled = Se ha cancelado.
order-refunded = Se ha reembolsado el importe.
not-a-quantity = Indica un número entero de 1 a { $most }; no se ha cambiado nada.

wishlist = Lista de deseos
add-to-wishlist = Añadir a la lista de deseos
view-wishlist = Ver lista de deseos
wishlist-empty = Tu lista de deseos todavía está vacía.
wishlist-added = { $product } está en tu lista de deseos.
share-wishlist = Compartir esta lista de deseos
share-wishlist-help = Quien abra esta dirección verá lo que hay en tu lista de deseos, y nada sobre ti.
shared-wishlist = Alguien ha compartido esta lista de deseos contigo
take-shared-wishlist = Ponerlo todo en mi lista de deseos
comparison = Comparación
add-to-comparison = Añadir a la comparación
view-comparison = Ver comparación
comparison-empty = Todavía no hay nada que comparar.
comparison-added = { $product } está en tu comparación.
list-removed = { $product } ya no está en la lista.
list-cleared = La lista está ahora vacía.
list-full = En esta lista caben { $most } artículos. Quita uno antes de añadir otro.
clear-list = Vaciar la lista
availability = Disponibilidad
price-per-unit = Precio por unidad de medida
department = Departamento
differs = diferente
not-stated = sin especificar
suggested-searches = Búsquedas
recently-viewed = Vistos recientemente
list-gone = { $count ->
    [one] { $number } artículo de esta lista ya no está en la tienda y se ha quitado.
   *[other] { $number } artículos de esta lista ya no están en la tienda y se han quitado.
}
list-taken = { $count ->
    [one] { $number } artículo se ha añadido a la lista.
   *[other] { $number } artículos se han añadido a la lista.
}
suggestions-found = { $count ->
    [one] { $number } sugerencia
   *[other] { $number } sugerencias
}

all-departments = Todos los departamentos
all-brands = Todas las marcas
view-grid = Cuadrícula
view-list = Lista
reviews = Opiniones de clientes
verified-purchase = Compra verificada
sort-rating = Mejor valorados
rating-of = { $rating } de 5 estrellas
answer-of = Respuesta de { $shop }
review-count = { $count ->
    [one] { $number } opinión
   *[other] { $number } opiniones
}
stars = { $count ->
    [one] { $number } estrella
   *[other] { $number } estrellas
}
enlarge = Ampliar la imagen
rating = Valoración
any-rating = Cualquier valoración
stars-or-more = { $count ->
    [one] { $number } estrella o más
   *[other] { $number } estrellas o más
}
