# One article of the back end's export becomes one product document.
# What is null or empty here is left out of the document.

def prices:
  [{
    amount: (.salesPriceCents | money_minor($currency)),
    currency: $currency,
    compare_at: (.wasPriceCents | money_minor($currency))
  }];

# Of the properties only the weight of the article itself is in grams or kilograms; others are of paper or cloth.
def weight:
  first(.properties[] | select(.key == "weight" and (.uom == "g" or .uom == "kg")) | {value: (.value | tostring), unit: .uom}) // null;

def media: {url: .href, type: "image", alt: .caption, width: 800, height: 800};

def option:
  {code: .key, name: .caption, values: [.cells[] | {code: .k, name: .t, swatch: .hex}]};

# A row of the matrix lists its cells in the order of the axes.
def variant($axes; $pictures):
  .cells as $cells
  | {
      id: .article,
      sku: .article,
      gtin: .ean,
      options: ([range($axes | length) as $i | {($axes[$i].key): $cells[$i]}] | add),
      prices: prices,
      media: [$pictures[] | select(.cell == $cells[0]) | media][:1]
    };

.pictures as $pictures
| .variantMatrix as $matrix
| {
    type: "product",
    id: .itemNo,
    name: .title,
    status: ({ACTIVE: "active", IN_PREPARATION: "draft", PHASED_OUT: "archived"}[.state]),
    brand: .manufacturer.name,
    mpn: .manufacturer.partNo,
    short_description: .teaser,
    description: .longText,
    category_ids: ([.deptPath[-1]] + .alsoIn),
    primary_category_id: .deptPath[-1],
    tags: (.keywords | split(";")),
    tax_class: (.taxKey | ascii_downcase),
    weight: weight,
    attributes: [.properties[] | {code: .key, label: .caption, value, unit: .uom}],
    media: [$pictures[] | select(.cell == $pictures[0].cell) | media],
    related: [.seeAlso[] | {
      relation: (if .how == "SIMILAR" then "related" else "cross_sell" end),
      product_id: .item
    }],
    seo: (.web | if . then {title, description: .metaText} else null end),
    created_at: "\(.createdOn)T00:00:00Z",
    updated_at: .changedAt
  }
+ if $matrix.axes == [] then
    $matrix.rows[0] | {sku: .article, gtin: .ean, prices: prices}
  else
    {options: [$matrix.axes[] | option], variants: [$matrix.rows[] | variant($matrix.axes; $pictures)]}
  end
