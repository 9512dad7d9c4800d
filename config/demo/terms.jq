# One sales condition of the back end becomes one document: a promotion, a delivery method or the taxes of a country.

if .kind == "VOUCHER" then
  {
    type: "promotion", id: .no, name: .caption, coupons: (.codes | split(";")), max_uses: .perCart,
    action: {kind: "percent_off", percent: .rebatePct}
  }
elif .kind == "FREIGHT_FREE" then
  {
    type: "promotion", id: .no, name: .caption, currency: $currency, minimum_subtotal: .from,
    action: {kind: "free_delivery", method_ids: .ways}
  }
elif .kind == "WAY" then
  {
    type: "delivery_method", id: .no, name: .caption, description: .leadTime, position: .sort,
    currency: $currency, countries: .lands,
    bands: [.steps[] | {up_to: .to, price: .fee}],
    locations: [.branches[]? | {id: .no, name: .name, address: .street}]
  }
elif .kind == "VAT" then
  {
    type: "tax", id: .no, prices_include_tax: true, default_class: "normal", delivery_class: "normal",
    default_country: "DE",
    rates: [{class: "normal", country: .land, percent: .normal}, {class: "reduced", country: .land, percent: .reduced}]
  }
else
  error("a sales condition of kind \(.kind) is not known")
end
