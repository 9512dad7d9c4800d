# العربية

skip-to-content = الانتقال إلى المحتوى
search-products = البحث عن منتجات
search = بحث
home = الرئيسية
breadcrumb = مسار التنقل
departments = الأقسام
brand = العلامة التجارية
brands = العلامات التجارية
footer = تذييل الصفحة
languages = اللغات
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
lowest-before = أدنى سعر خلال آخر 30 يومًا: { $amount }
sale-until = حتى { $day }
price-on-request = السعر عند الطلب
unit-price = { $amount } / { $unit }
tier-prices = أسعار الكميات
tier-from = ابتداءً من { $number }
tier-each = { $amount } للقطعة
tier-saved = وفّر { $percent }٪
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
leaves-within = { $count ->
    [zero] يُشحن في اليوم نفسه
    [one] يُشحن خلال يوم واحد
    [two] يُشحن خلال يومين
    [few] يُشحن خلال { $number } أيام
    [many] يُشحن خلال { $number } يومًا
   *[other] يُشحن خلال { $number } يوم
}
made-to-order = يُصنع عند الطلب
available-later = متاح لاحقًا
ships-later = يمكن طلبه ويُشحن لاحقًا
pre-order = طلب مسبق
can-be-preordered = متاح للطلب المسبق
out-of-stock = غير متوفر
no-longer-available = لم يعد متاحًا
expected-on = { $stock }، متوقع في { $day }
collect-at = الاستلام بنفسك
few-left = بقيت كمية قليلة
in-stock-at = متوفر في { $some } من أصل { $all } أماكن
not-enough-here = لا توجد هنا كمية كافية من: { $names }

pictures = الصور
films = مقاطع فيديو
models = عرض ثلاثي الأبعاد
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
in-this-set = في هذه المجموعة
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

error-401 = للعملاء المدعوين
error-401-help = هذا القسم من المتجر مخصص للعملاء الذين لديهم رابط دخول. يرجى فتح رابطك مرة أخرى أو طلب رابط جديد منا.
error-403 = لا يمكن إرسال هذا من هناك
error-403-help = لم يأتِ النموذج من صفحة في هذا المتجر، لذا لم يُنفَّذ شيء. يرجى الانتقال إلى الصفحة وإرساله منها.
error-429 = كان ذلك كثيرًا دفعة واحدة
error-429-help = يرجى الانتظار دقيقة ثم المحاولة من جديد. لم يُفقد شيء.

add-to-cart = أضف إلى السلة
view-cart = عرض السلة
cart = سلة التسوق
cart-empty = سلتك فارغة.
continue-shopping = متابعة التسوق
update-cart = تحديث السلة
clear-cart = إفراغ السلة
remove = إزالة
undo = تراجع
quantity = الكمية
quantity-of = كمية { $product }
summary = طلبك
subtotal = المجموع الفرعي
delivery = التوصيل
delivery-by = التوصيل: { $method }
total = الإجمالي
tax = ضريبة القيمة المضافة
tax-included = يشمل { $amount } ضريبة القيمة المضافة ({ $percent }٪)
tax-at = ضريبة القيمة المضافة { $percent }٪
free-of-charge = مجانًا
at-checkout = يُحسب عند إتمام الطلب
coupon = رمز الخصم
redeem = تطبيق
to-checkout = المتابعة إلى إتمام الطلب
cart-needs-changes = يرجى تغيير ما هو محدد أعلاه، ثم يمكنك إتمام الطلب.
quick-order = الطلب برقم الصنف
quick-order-help = رقم صنف واحد في كل سطر وبعده الكمية، مثل: A-100 3
share-cart = مشاركة هذه السلة
share-cart-help = من يفتح هذا العنوان يرى ما في سلتك، ولا يرى شيئًا عنك.
shared-cart = شاركك أحدهم هذه السلة
take-shared-cart = ضع كل ما فيها في سلتي
cart-updated = تم تحديث سلتك.
cart-added = أُضيف إلى سلتك: { $product }.
cart-removed = أُزيل من سلتك: { $product }.
cart-cleared = تم إفراغ سلتك.
cart-full = الحد الأقصى لعدد الأسطر في السلة هو { $most }؛ ولم تتسنَّ إضافة كل شيء.
cart-unknown = لم يعد هذا في المتجر.
cart-unreadable = تعذرت قراءة سلتك، لذا بدأنا سلة جديدة.
price-changed = تغيّر السعر: كان { $was } وأصبح { $now }.
line-sold-out = نفد حاليًا. يرجى إزالته لطلب الباقي.
line-discontinued = لم يعد متاحًا. يرجى إزالته لطلب الباقي.
line-without-price = سعره عند الطلب فقط. يرجى إزالته لطلب الباقي.
line-only-left = { $count ->
    [zero] لم يتبقَّ شيء. يرجى تقليل الكمية.
    [one] بقيت قطعة واحدة فقط. يرجى تقليل الكمية.
    [two] بقيت قطعتان فقط. يرجى تقليل الكمية.
    [few] بقيت { $number } قطع فقط. يرجى تقليل الكمية.
    [many] بقيت { $number } قطعة فقط. يرجى تقليل الكمية.
   *[other] بقيت { $number } قطعة فقط. يرجى تقليل الكمية.
}
lines-gone = { $count ->
    [zero] لم يخرج أي صنف في سلتك من المتجر.
    [one] صنف واحد في سلتك لم يعد في المتجر وسيُزال منها.
    [two] صنفان في سلتك لم يعودا في المتجر وسيُزالان منها.
    [few] { $number } أصناف في سلتك لم تعد في المتجر وستُزال منها.
    [many] { $number } صنفًا في سلتك لم تعد في المتجر وستُزال منها.
   *[other] { $number } صنف في سلتك لم تعد في المتجر وستُزال منها.
}
lines-taken = { $count ->
    [zero] لم يُضف أي صنف إلى سلتك.
    [one] أُضيف صنف واحد إلى سلتك.
    [two] أُضيف صنفان إلى سلتك.
    [few] أُضيفت { $number } أصناف إلى سلتك.
    [many] أُضيف { $number } صنفًا إلى سلتك.
   *[other] أُضيف { $number } صنف إلى سلتك.
}
numbers-unknown = { $taken } لم يُعثر على: { $numbers }
coupon-noted = تم تسجيل رمزك.
coupons-full = الحد الأقصى لعدد الرموز في السلة هو { $most }.
coupon-unknown = لا نعرف هذا الرمز.
coupon-not-yet = يسري هذا الرمز ابتداءً من { $day }.
coupon-expired = كان هذا الرمز ساريًا حتى { $day }.
coupon-other-customers = هذا الرمز مخصص لعملاء آخرين.
coupon-nothing-qualifies = لا ينطبق هذا الرمز على أي شيء في سلتك.
coupon-below-minimum = أضف ما قيمته { $amount } ليسري هذا الرمز.
coupon-too-few = { $count ->
    [zero] لا ينقص أي صنف ليسري هذا الرمز.
    [one] أضف صنفًا واحدًا آخر ليسري هذا الرمز.
    [two] أضف صنفين آخرين ليسري هذا الرمز.
    [few] أضف { $number } أصناف أخرى ليسري هذا الرمز.
    [many] أضف { $number } صنفًا آخر ليسري هذا الرمز.
   *[other] أضف { $number } صنف آخر ليسري هذا الرمز.
}
coupon-excluded = لا يمكن الجمع بين هذا الرمز و«{ $name }».

checkout = إتمام الطلب
please-correct = يرجى تصحيح ما يلي
contact = بيانات الاتصال
delivery-address = عنوان التوصيل
billing-address = عنوان الفاتورة
other-billing = تُرسل الفاتورة إلى عنوان آخر
update-delivery = تحديث التوصيل
payment = الدفع
note-to-shop = رسالة إلى المتجر
optional = اختياري
accept-terms = أوافق على:
newsletter = أرغب في تلقي الأخبار عبر البريد الإلكتروني
order-now = تأكيد الطلب والدفع
terms = الشروط والأحكام
field-email = البريد الإلكتروني
field-phone = رقم الهاتف
field-vat-id = الرقم الضريبي
field-name = الاسم الأول واسم العائلة
field-company = الشركة
field-line1 = الشارع ورقم المبنى
field-line2 = تفاصيل إضافية للعنوان
field-postcode = الرمز البريدي
field-city = المدينة
field-region = الولاية أو المحافظة
field-country = البلد
pay-by-invoice = الدفع بفاتورة
pay-by-invoice-help = تتلقى فاتورة وتدفع بتحويل مصرفي.
pay-on-delivery = الدفع عند الاستلام
pay-on-delivery-help = تدفع عند تسليم الطرد إليك.
pay-by-card = البطاقة وطرق أخرى للدفع عبر الإنترنت
pay-by-card-help = تدفع على صفحة مزود الدفع لدينا، Stripe، ثم تعود إلى هنا.
withdraw-here = الرجوع عن العقد هنا
withdrawal-help = يمكنك هنا الرجوع عن عقد دون ذكر السبب. أخبرنا بالطلب المعني، وسترى كل شيء مرة أخرى قبل الإرسال.
withdrawal-order-number = رقم الطلب
withdrawal-articles = الأصناف التي ترجع عنها إن لم تكن كلها
withdrawal-date = تاريخ الطلب أو الاستلام
withdrawal-check = متابعة
withdrawal-check-help = يرجى التحقق مما سترسله. يصبح ساريًا بعد تأكيدك.
withdrawal-confirm = تأكيد الرجوع
withdrawal-change = تعديل
withdrawal-received = تسلّمنا رجوعك عن العقد
withdrawal-keep = اطبع هذه الصفحة أو احتفظ بعنوانها: فهي إشعار الاستلام الخاص بك.
withdrawal-and-others = … وبقية سلع هذا الطلب
withdrawal-not-stored = لم يُرسَل رجوعك عن العقد: تعذّر علينا حفظه. يرجى المحاولة مرة أخرى بعد لحظات.
withdrawal-not-known = لا نعلم بعد إن كان رجوعك عن العقد قد وصل: نظام التخزين لدينا لا يجيب. يرجى إرساله مرة أخرى بعد لحظات. مهما تكرر الإرسال فهو رجوع واحد.
withdrawal-received-help = تم الاستلام في { $time } بالرقم { $number }. نؤكد ذلك إلى { $email }.

# Being told when something can be had again
restock-ask = أخبروني عند توفره مجددًا
restock-help = سنكتب إلى هذا العنوان مرة واحدة، فور توفر { $name } مجددًا.
restock-received = سجّلنا طلبك
restock-received-help = سنكتب إليك فور توفر { $name } مجددًا.
restock-not-stored = تعذّر تسجيل طلبك الآن. يُرجى المحاولة مرة أخرى بعد قليل.
payment-unavailable = الدفع عبر الإنترنت لا يعمل في الوقت الحالي. لم يُخصم أي مبلغ ولم يُسجَّل طلبك. يرجى المحاولة بعد لحظات أو اختيار طريقة دفع أخرى.
payment-pending = يجري تأكيد دفعتك
payment-failed = لم تكتمل عملية الدفع
payment-failed-help = لم يُطلب أي شيء. يرجى الطلب مرة أخرى، ربما بطريقة دفع أخرى.
payment-look-again = تحقق مرة أخرى
paid = مدفوع
payment-pending-help = حالما يصلنا تأكيد الدفع نسجل طلبك { $number } ونكتب إلى { $email }. يستغرق ذلك عادة أقل من دقيقة، ولا حاجة إلى الدفع مرة أخرى.
fault-missing = يرجى ملء هذا الحقل
fault-mail = يرجى كتابة عنوان بريد إلكتروني، مثل name@mail.example
fault-phone = يرجى كتابة رقم هاتف بالأرقام فقط، مثل { "\u200E" }+44 20 7946 0000
fault-postcode = يرجى كتابة رمز بريدي، مثل { "\u200E" }{ $example }
fault-not-chosen = يرجى الاختيار
fault-not-accepted = تلزم الموافقة لإتمام الطلب
fault-too-long = يرجى الاختصار
total-changed = تغيّر الإجمالي أثناء وجودك هنا: كان { $was } وأصبح { $now }. يرجى التحقق منه والطلب من جديد.
prices-of-catalog = تعذّر علينا الآن حساب أسعارك الخاصة. هذه أسعار الكتالوج لدينا.
prices-unknown = لا يمكننا حساب أسعارك في الوقت الحالي، لذلك لا يمكن طلب أي شيء. تبقى سلتك كما هي؛ يرجى المحاولة بعد لحظات.
cart-changed-meanwhile = تغيّرت سلتك في هذه الأثناء، ربما في علامة تبويب أخرى. يرجى التحقق منها والطلب من جديد.
form-too-old = كانت هذه الصفحة مفتوحة وقتًا طويلًا. يرجى التحقق منها والطلب من جديد.
order-not-stored = لم يُسجَّل طلبك: تعذر علينا حفظه. لم يُخصم أي مبلغ. يرجى المحاولة بعد لحظات.
order-not-known = لا نعلم بعد إن كان طلبك قد سُجِّل: نظام التخزين لدينا لا يجيب. يرجى إرساله مرة أخرى بعد لحظات. مهما تكرر الإرسال فهو طلب واحد.
thank-you = شكرًا لطلبك
order-received = استلمنا طلبك { $number }. سنراسلك على { $email }.
keep-this-address = احتفظ بعنوان هذه الصفحة: فهو يبيّن مرحلة طلبك.
track-parcel = تتبع الطرد
order-waits = يجري تمرير طلبك إلى قسم الطلبات لدينا.
order-taken-in = استلم قسم الطلبات لدينا طلبك.
order-confirmed = تم تأكيد طلبك.
order-shipped = طلبك في الطريق إليك.
order-delivered = تم توصيل طلبك.
order-cancelled = أُلغي طلبك.
order-refunded = أُعيد المبلغ إليك.
not-a-quantity = يُرجى إدخال عدد صحيح من 1 إلى { $most }؛ لم يتغير شيء.

wishlist = قائمة الأمنيات
add-to-wishlist = أضف إلى قائمة الأمنيات
view-wishlist = عرض قائمة الأمنيات
wishlist-empty = لا شيء في قائمة أمنياتك بعد.
wishlist-added = أُضيف إلى قائمة أمنياتك: { $product }.
share-wishlist = مشاركة قائمة الأمنيات هذه
share-wishlist-help = من يفتح هذا العنوان يرى ما في قائمة أمنياتك، ولا يرى شيئًا عنك.
shared-wishlist = شاركك أحدهم قائمة الأمنيات هذه
take-shared-wishlist = ضع كل ما فيها في قائمة أمنياتي
comparison = المقارنة
add-to-comparison = أضف إلى المقارنة
view-comparison = عرض المقارنة
comparison-empty = لا شيء للمقارنة بعد.
comparison-added = أُضيف إلى مقارنتك: { $product }.
list-removed = أُزيل من القائمة: { $product }.
list-cleared = القائمة فارغة الآن.
list-full = أكبر عدد من الأصناف في هذه القائمة: { $most }. يُرجى إزالة صنف قبل إضافة آخر.
clear-list = إفراغ القائمة
availability = التوفر
price-per-unit = سعر الوحدة
department = القسم
differs = مختلف
not-stated = غير مذكور
suggested-searches = عمليات البحث
recently-viewed = شوهدت مؤخرًا
list-gone = { $count ->
    [zero] كل ما في هذه القائمة ما زال في المتجر.
    [one] صنف واحد في هذه القائمة لم يعد في المتجر وأُزيل منها.
    [two] صنفان في هذه القائمة لم يعودا في المتجر وأُزيلا منها.
    [few] { $number } أصناف في هذه القائمة لم تعد في المتجر وأُزيلت منها.
    [many] { $number } صنفًا في هذه القائمة لم تعد في المتجر وأُزيلت منها.
   *[other] { $number } صنف في هذه القائمة لم تعد في المتجر وأُزيلت منها.
}
list-taken = { $count ->
    [zero] لم يُضف أي صنف إلى القائمة.
    [one] أُضيف صنف واحد إلى القائمة.
    [two] أُضيف صنفان إلى القائمة.
    [few] أُضيفت { $number } أصناف إلى القائمة.
    [many] أُضيف { $number } صنفًا إلى القائمة.
   *[other] أُضيف { $number } صنف إلى القائمة.
}
suggestions-found = { $count ->
    [zero] لا اقتراحات
    [one] اقتراح واحد
    [two] اقتراحان
    [few] { $number } اقتراحات
    [many] { $number } اقتراحًا
   *[other] { $number } اقتراح
}

all-departments = كل الأقسام
all-brands = كل العلامات التجارية
view-grid = شبكة
view-list = قائمة
reviews = آراء العملاء
verified-purchase = عملية شراء موثقة
sort-rating = الأعلى تقييمًا
rating-of = { $rating } من 5 نجوم
answer-of = رد من { $shop }
review-count = { $count ->
    [zero] { $number } رأي
    [one] رأي واحد
    [two] رأيان
    [few] { $number } آراء
    [many] { $number } رأيًا
   *[other] { $number } رأي
}
stars = { $count ->
    [zero] { $number } نجوم
    [one] نجمة واحدة
    [two] نجمتان
    [few] { $number } نجوم
    [many] { $number } نجمة
   *[other] { $number } نجمة
}
enlarge = تكبير الصورة
rating = التقييم
any-rating = أي تقييم
stars-or-more = { $count ->
    [zero] { $number } نجمة أو أكثر
    [one] نجمة واحدة ({ $number }) أو أكثر
    [two] نجمتان ({ $number }) أو أكثر
    [few] { $number } نجوم أو أكثر
    [many] { $number } نجمة أو أكثر
   *[other] { $number } نجمة أو أكثر
}
