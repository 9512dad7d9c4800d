# One group of values, such as Size.
def filled: if . == null or . == false or . == "" then null else tostring end;
def words: if type == "array" then ((map(select((.id | tostring) == $language)) + .)[0].value) else . end | filled;
(.name | words) as $name
| {
    type: "attribute",
    code: ($name | slug // "option-\(.id)"),
    label: (.public_name | words // $name),
    kind: "select",
    position: (.position | filled),
    values: ([.values[]? | {
      key: (.id | tostring),
      value: {label: (.name | words // "\(.id)"), swatch: (.color | filled | if . and startswith("#") then . else null end)}
    }] | from_entries)
  }
