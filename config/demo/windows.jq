# A window of the marketing desk becomes a page that is made of sections.

def section:
  {
    kind: ({STAGE: "hero", WORDS: "text", PICKED: "products", DEPARTMENTS: "categories"}[.sort] // "query"),
    title: .head,
    body: .text,
    image: (.picture | if . then {url: .href, alt: .caption, width: 1200, height: 900} else null end),
    link: (.button | if . then {href: .to, label: .says} else null end),
    product_ids: .items,
    category_ids: .departments,
    on_sale: (if .sort == "REDUCED" then true else null end),
    in_stock: (if .sort == "REDUCED" or .sort == "LIKED" then true else null end),
    sort: ({NEW: "newest", LIKED: "rating"}[.sort]),
    limit: .count
  };

{
  type: "page",
  id: .key,
  slug: .key,
  title: .caption,
  kind: (.class | ascii_downcase),
  sections: [.blocks[] | section],
  translations: {de: {title: .captionDe, sections: [.blocksDe[] | section]}}
}
