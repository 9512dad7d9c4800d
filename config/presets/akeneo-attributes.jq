# One attribute, perhaps with its options.
def word: .labels[$locale] // "" | if . == "" then null else . end;
def kind: {
    "pim_catalog_simpleselect": "select", "pim_catalog_multiselect": "multiselect", "pim_catalog_boolean": "boolean",
    "pim_catalog_number": "number", "pim_catalog_metric": "number", "pim_catalog_date": "date"
  }[.] // "text";
{
  type: "attribute",
  code,
  label: word,
  group: (.group_labels[$locale]? // null),
  kind: (.type | kind),
  position: .sort_order,
  values: ([.options[]? | {key: .code, value: {label: (word // .code)}}] | from_entries)
}
