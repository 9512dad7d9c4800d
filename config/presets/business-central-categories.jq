# One item category.
{
  type: "category",
  id,
  name: (if .displayName == "" or .displayName == null then .code else .displayName end),
  updated_at: (.lastModifiedDateTime | if . then time else null end)
}
