# Español

skip-to-content = Saltar al contenido
search-products = Buscar productos
search = Buscar
home = Inicio
breadcrumb = Ruta de navegación
departments = Departamentos
brands = Marcas
footer = Pie de página
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
price-on-request = Precio a consultar
unit-price = { $amount } / { $unit }
piece = unidad

available = Disponible
only-left = { $count ->
    [one] Solo queda { $number }
   *[other] Solo quedan { $number }
}
made-to-order = Hecho por encargo
available-later = Disponible más adelante
ships-later = Se puede pedir, se envía más adelante
pre-order = Reserva
can-be-preordered = Se puede reservar
out-of-stock = Agotado
no-longer-available = Ya no está disponible
expected-on = { $stock }, previsto para el { $day }

pictures = Imágenes
films = Vídeos
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
