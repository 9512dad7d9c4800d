//! The list of presets: what is known of each back end, an endpoint a line.
//!
//! Several endpoints of a back end may share a mapping.

use super::Preset;

macro_rules! preset {
    ($name:literal, $title:literal, $marks:expr) => {
        preset!($name, $name, $title, $marks)
    };
    ($name:literal, $map:literal, $title:literal, $marks:expr) => {
        Preset {
            name: $name,
            title: $title,
            text: include_str!(concat!("../../../config/presets/", $name, ".toml")),
            map: include_str!(concat!("../../../config/presets/", $map, ".jq")),
            marks: &$marks,
        }
    };
}

/// Every preset. Where the marks of several fit, the first one counts.
pub(super) const PRESETS: &[Preset] = &[
    preset!(
        "magento",
        "Magento 2, products with their variants",
        ["sku", "type_id", "custom_attributes"]
    ),
    preset!(
        "magento-categories",
        "Magento 2, categories",
        ["parent_id", "level", "is_active"]
    ),
    preset!(
        "magento-attributes",
        "Magento 2, words for attributes and their values",
        ["attribute_code", "frontend_input"]
    ),
    preset!(
        "magento-stock",
        "Magento 2, stock of a source",
        ["sku", "source_code", "quantity"]
    ),
    preset!(
        "woocommerce",
        "WooCommerce, products with their variations",
        ["permalink", "stock_status", "catalog_visibility"]
    ),
    preset!(
        "woocommerce-categories",
        "WooCommerce, categories",
        ["menu_order", "display", "slug"]
    ),
    preset!(
        "shopify",
        "Shopify, Admin REST API or public products.json",
        ["handle", "variants", "options", "body_html"]
    ),
    preset!(
        "prestashop",
        "PrestaShop, products",
        ["id_category_default", "link_rewrite", "associations"]
    ),
    preset!(
        "prestashop-prices",
        "PrestaShop, what shoppers pay for products",
        []
    ),
    preset!(
        "prestashop-combinations",
        "PrestaShop, combinations with what shoppers pay",
        ["id_product", "default_on", "associations"]
    ),
    preset!(
        "prestashop-categories",
        "PrestaShop, categories",
        ["id_parent", "link_rewrite", "level_depth"]
    ),
    preset!(
        "prestashop-stock",
        "PrestaShop, stock",
        ["id_product", "id_product_attribute", "quantity"]
    ),
    preset!(
        "prestashop-options",
        "PrestaShop, words for the values of combinations",
        ["public_name", "group_type"]
    ),
    preset!(
        "prestashop-features",
        "PrestaShop, words for the values of features",
        []
    ),
    preset!(
        "odoo",
        "Odoo 19, products",
        ["name", "list_price", "attribute_line_ids"]
    ),
    preset!(
        "odoo-variants",
        "Odoo 19, variants with price and stock",
        ["product_tmpl_id", "lst_price"]
    ),
    preset!(
        "odoo-categories",
        "Odoo 19, categories",
        ["name", "parent_id"]
    ),
    preset!(
        "odoo-rpc",
        "odoo",
        "Odoo 17 and 18 over JSON-RPC, products",
        ["name", "list_price", "attribute_line_ids"]
    ),
    preset!(
        "odoo-rpc-variants",
        "odoo-variants",
        "Odoo 17 and 18 over JSON-RPC, variants with price and stock",
        ["product_tmpl_id", "lst_price"]
    ),
    preset!(
        "odoo-rpc-categories",
        "odoo-categories",
        "Odoo 17 and 18 over JSON-RPC, categories",
        ["name", "parent_id"]
    ),
    preset!("erpnext", "ERPNext, items", []),
    preset!(
        "erpnext-groups",
        "ERPNext, item groups as categories",
        ["item_group_name"]
    ),
    preset!(
        "erpnext-prices",
        "ERPNext, prices of a price list",
        ["price_list_rate", "item_code"]
    ),
    preset!(
        "erpnext-stock",
        "ERPNext, stock of a warehouse",
        ["actual_qty", "item_code", "warehouse"]
    ),
    preset!(
        "business-central",
        "Business Central, items with their variants",
        [
            "displayName",
            "itemCategoryId",
            "baseUnitOfMeasureCode",
            "unitPrice"
        ]
    ),
    preset!(
        "business-central-categories",
        "Business Central, item categories",
        ["code", "displayName", "lastModifiedDateTime"]
    ),
    preset!(
        "akeneo",
        "Akeneo, simple products",
        ["uuid", "family", "values", "parent"]
    ),
    preset!(
        "akeneo-models",
        "Akeneo, product models with their variants",
        ["family_variant", "values"]
    ),
    preset!("akeneo-categories", "Akeneo, categories", []),
    preset!(
        "akeneo-attributes",
        "Akeneo, names of attributes",
        ["code", "type", "labels", "sort_order"]
    ),
    preset!(
        "akeneo-options",
        "akeneo-attributes",
        "Akeneo, words for the options of attributes",
        []
    ),
    preset!(
        "bmecat",
        "BMEcat 1.2 or 2005, a new catalogue",
        [
            "SUPPLIER_PID|SUPPLIER_AID",
            "PRODUCT_DETAILS|ARTICLE_DETAILS"
        ]
    ),
    preset!(
        "google-merchant",
        "Google Merchant product feed, RSS or Atom",
        ["id", "title", "price"]
    ),
    preset!("csv", "CSV with columns of well-known names", []),
];
