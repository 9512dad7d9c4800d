# One attribute. The first of its options is an empty one.
def kind: {"select": "select", "multiselect": "multiselect", "boolean": "boolean", "date": "date", "datetime": "date", "price": "number", "weight": "number"}[.] // "text";
select((.default_frontend_label // "") != "")
| {
    type: "attribute",
    code: .attribute_code,
    label: .default_frontend_label,
    kind: (.frontend_input // "" | kind),
    filterable: (.is_filterable == true or .is_filterable == 1 or .is_filterable == "1"),
    position,
    values: ([.options[]? | select(.value != "" and (.label | tostring | test("\\S"))) | {key: (.value | tostring), value: {label}}] | from_entries)
  }
