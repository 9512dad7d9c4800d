# One feature, such as Composition. Its values are numbered like those of combinations, and must not be taken for these.
def filled: if . == null or . == false or . == "" then null else tostring end;
def words: if type == "array" then ((map(select((.id | tostring) == $language)) + .)[0].value) else . end | filled;
{
  type: "attribute",
  code: "feature-\(.id)",
  label: (.name | words),
  kind: "select",
  position: (.position | filled),
  values: ([.values[]? | {key: "feature-value-\(.id)", value: {label: (.value | words // "\(.id)")}}] | from_entries)
}
