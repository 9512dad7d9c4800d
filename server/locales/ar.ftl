# العربية

skip-to-content = الانتقال إلى المحتوى
search-products = البحث عن منتجات
search = بحث
home = الرئيسية
breadcrumb = مسار التنقل
departments = الأقسام
brands = العلامات التجارية
footer = تذييل الصفحة
help = المساعدة والمعلومات
shop = المتجر

browse-departments = تصفح الأقسام
new-arrivals = وصل حديثًا
featured = مختارات
guides = أدلة ومقالات
all-guides = كل الأدلة

sub-categories = الفئات الفرعية
page-title = { $title } – صفحة { $page }
list-description = { $name } لدى { $shop }: { $products }.

filters = عوامل التصفية
active = نشطة
chosen = مختارة
in-stock = متوفر
more-values = { $number } أخرى
price = السعر
price-in = السعر بعملة { $currency }
range-from = من
range-to = إلى
apply-filters = تطبيق التصفية
sort-by = الترتيب حسب
sort = ترتيب
active-filters = عوامل التصفية النشطة
remove-filter = إزالة عامل التصفية
clear-all = مسح الكل
products-heading = المنتجات
shown = عرض { $from }–{ $to } من { $total }
pages = الصفحات
page = صفحة
previous = السابق
next = التالي
nothing-filtered = لا يوجد منتج له كل هذه الخصائص.
nothing-here = لا يوجد شيء هنا حاليًا.
any-facet = { $facet }: أي قيمة
any-price = أي سعر
also-out-of-stock = بما في ذلك غير المتوفر
price-from = من { $amount }
price-up-to = حتى { $amount }
price-between = من { $low } إلى { $high }
facet-value = { $facet }: { $value }
sort-relevance = الأكثر صلة
sort-featured = مختارات
sort-price-asc = السعر من الأقل إلى الأعلى
sort-price-desc = السعر من الأعلى إلى الأقل
sort-name = الاسم
sort-newest = الأحدث

products = { $count ->
    [zero] { $number } منتج
    [one] منتج واحد
    [two] منتجان
    [few] { $number } منتجات
    [many] { $number } منتجًا
   *[other] { $number } منتج
}
choices = { $count ->
    [zero] { $option }: { $number } خيار
    [one] { $option }: خيار واحد
    [two] { $option }: خياران
    [few] { $option }: { $number } خيارات
    [many] { $option }: { $number } خيارًا
   *[other] { $option }: { $number } خيار
}
variants = { $count ->
    [zero] { $number } نسخة
    [one] نسخة واحدة
    [two] نسختان
    [few] { $number } نسخ
    [many] { $number } نسخة
   *[other] { $number } نسخة
}
now = الآن
was = كان
from = من
saved = −{ $percent }٪
price-on-request = السعر عند الطلب
unit-price = { $amount } / { $unit }
piece = قطعة

available = متاح
only-left = { $count ->
    [zero] لم يتبقَّ شيء
    [one] بقيت قطعة واحدة فقط
    [two] بقيت قطعتان فقط
    [few] بقيت { $number } قطع فقط
    [many] بقيت { $number } قطعة فقط
   *[other] بقيت { $number } قطعة فقط
}
made-to-order = يُصنع عند الطلب
available-later = متاح لاحقًا
ships-later = يمكن طلبه ويُشحن لاحقًا
pre-order = طلب مسبق
can-be-preordered = متاح للطلب المسبق
out-of-stock = غير متوفر
no-longer-available = لم يعد متاحًا
expected-on = { $stock }، متوقع في { $day }

pictures = الصور
films = مقاطع فيديو
downloads = تنزيلات
picture = صورة { $number } من { $total }
article-number = رقم الصنف
gtin = GTIN
part-number = رقم القطعة
one-of = { $option } (واحد من { $number })
show-choice = عرض هذا الاختيار
sold-out = نفد
elsewhere = غير موجود بهذه التركيبة، يغيّر الاختيار الآخر
changes-the-rest = يغيّر الباقي
note-sold-out = المشطوب: نفد حاليًا.
note-elsewhere = الخط المتقطع: لا يُصنع بهذه التركيبة؛ اختياره يغيّر الاختيار الآخر أيضًا.
description = الوصف
details = التفاصيل
goes-well = يناسبه أيضًا
instead-of-it = بدلًا منه
you-may-also-like = قد يعجبك أيضًا
more-like-this = منتجات مشابهة

search-hint = اكتب في المربع أعلاه منتجًا أو علامة تجارية أو خاصية أو رقم صنف.
quoted = «{ $text }»
results-for = نتائج «{ $query }»
nothing-matches = لا شيء يطابق «{ $query }».
nothing-advice = تحقق من الإملاء، أو استخدم كلمات أقل أو أعم، أو ابدأ من هنا.
search-for-less = البحث بكلمات أقل
similar-words = بكلمات تشبه «{ $query }»، إذ لا شيء يحتوي هذه الكلمات بالضبط
search-in = البحث في { $shop }.
last-changed = آخر تعديل في { $day }

error-code = خطأ { $status }
go-home = الذهاب إلى الصفحة الرئيسية
perhaps = ربما كنت تبحث عن
error-400 = لا يمكننا قراءة هذا العنوان
error-400-help = فيه خطأ ما. يرجى التحقق منه أو البدء من الصفحة الرئيسية.
error-404 = لم نعثر على هذه الصفحة
error-404-help = قد يكون العنوان مكتوبًا خطأ، أو أن ما كان هنا لم يعد في المتجر. مربع البحث أعلاه يجد ما هو موجود.
error-405 = لا يمكن استخدام هذه الصفحة بهذه الطريقة
error-405-help = يمكن قراءتها ولا يمكن إرسال شيء إليها. يرجى العودة والمحاولة من جديد.
error-408 = استغرق ذلك وقتًا طويلًا
error-408-help = لم يصل الطلب في الوقت المناسب. يرجى المحاولة من جديد.
error-410 = لم يعد هذا في المتجر
error-410-help = ربما يوجد شيء مشابه.
error-413 = كان ذلك أكثر من اللازم
error-413-help = العنوان أو النموذج أطول مما يمكننا قبوله.
error-503 = نفتح بعد قليل
error-503-help = يجري تجهيز المتجر وسيكون هنا بعد لحظات. يرجى المحاولة بعد بضع ثوانٍ.
error-500 = حدث خطأ من جانبنا
error-500-help = ليس خطأك، وقد تم تسجيله. يرجى المحاولة بعد لحظات.
