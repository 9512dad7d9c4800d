//! What columns are called that mean something, in several languages.

use super::columns::Column;
use super::values::{
    is_address, is_availability, is_currency, is_gtin, is_money, is_number, is_scalar, is_slug,
    is_state, is_text, is_time,
};
use serde_json::Value;

/// A meaning that a column may have.
pub(super) struct Role {
    pub(super) name: &'static str,
    /// Best first, without anything but letters and digits.
    names: &'static str,
    fits: fn(&Value) -> bool,
    /// Whether the first one of a list will do.
    in_lists: bool,
}

/// What the shop makes of columns in several languages or currencies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Taste {
    pub(super) currency: String,
    pub(super) language: String,
}

pub(super) const NAME: Role = Role {
    name: "name",
    names: "name title productname displayname bezeichnung artikelbezeichnung artikelname produktname titel titre nom nomproduit nombre titulo título titolo nome nomeprodotto naam productnaam namn nazwa nimi navn descriptionshort label",
    fits: is_text,
    in_lists: false,
};

pub(super) const ID: Role = Role {
    name: "id",
    names: "id productid articleid itemid entityid objectid uid uuid pk supplieraid supplierpid no nr itemno articleno artikelnummer artikelnr artnr number code codigo código codice sku reference referencia référence ref handle slug urlkey",
    fits: is_scalar,
    in_lists: false,
};

pub(super) const SKU: Role = Role {
    name: "sku",
    names: "sku itemno articlenumber articleno artikelnummer artikelnr artnr supplieraid supplierpid no nr number itemcode defaultcode reference referencia référence variantssku",
    fits: is_scalar,
    in_lists: true,
};

pub(super) const SLUG: Role = Role {
    name: "slug",
    names: "slug handle urlkey linkrewrite permalink",
    fits: is_slug,
    in_lists: false,
};

pub(super) const DESCRIPTION: Role = Role {
    name: "description",
    names: "description bodyhtml descriptionlong longdescription beschreibung langtext langbeschreibung descripcion descripción descrizione descrição descricao omschrijving beskrivning opis kuvaus descriptionplaintext descriptionhtml content text details",
    fits: is_text,
    in_lists: false,
};

pub(super) const SHORT_DESCRIPTION: Role = Role {
    name: "short_description",
    names: "shortdescription descriptionshort summary excerpt kurztext kurzbeschreibung resume résumé descripcioncorta",
    fits: is_text,
    in_lists: false,
};

pub(super) const BRAND: Role = Role {
    name: "brand",
    names: "brand brandname vendor manufacturer manufacturername idmanufacturer marke hersteller marque fabricant marca fabricante merk märke producent supplier",
    fits: is_text,
    in_lists: false,
};

pub(super) const GTIN: Role = Role {
    name: "gtin",
    names: "gtin ean ean13 eancode gtin13 upc barcode isbn internationalpid variantsbarcode",
    fits: is_gtin,
    in_lists: true,
};

pub(super) const SALE: Role = Role {
    name: "sale",
    names: "saleprice specialprice discountprice discountedprice promoprice promotionprice aktionspreis angebotspreis sonderpreis prixpromo preciooferta prezzoscontato",
    fits: is_money,
    in_lists: true,
};

pub(super) const PRICE: Role = Role {
    name: "price",
    names: "price priceamount pricevalue salesprice sellingprice listprice unitprice regularprice preis vkpreis vk verkaufspreis bruttopreis prix prixttc precio pvp prezzo preco preço prijs pris cena hinta standardrate amount variantsprice",
    fits: is_money,
    in_lists: true,
};

pub(super) const COMPARE_AT: Role = Role {
    name: "compare_at",
    names: "compareatprice oldprice regularprice msrp rrp uvp streichpreis wasprice originalprice prixbarre variantscompareatprice",
    fits: is_money,
    in_lists: true,
};

pub(super) const CURRENCY: Role = Role {
    name: "currency",
    names: "currency currencycode pricecurrency waehrung währung devise moneda valuta divisa",
    fits: is_currency,
    in_lists: true,
};

pub(super) const IMAGE: Role = Role {
    name: "image",
    names: "image imageurl imagesrc imagelink image1src image1 imagessrc imagesurl images mainimage baseimage picture pictures pictureurl photo photourl bild bildurl bilder foto fotos img imghigh imgurl imagen imagenes immagine immagini afbeelding kuva mimesource thumbnail mediaurl assets",
    fits: is_address,
    in_lists: true,
};

pub(super) const QUANTITY: Role = Role {
    name: "quantity",
    names: "stock quantity qty stockquantity inventoryquantity inventorycount inventory stockonhand onhand stocklevel bestand lagerbestand menge existencias cantidad quantite quantité giacenza voorraad lager lagersaldo variantsinventoryquantity",
    fits: is_number,
    in_lists: true,
};

pub(super) const AVAILABILITY: Role = Role {
    name: "availability",
    names: "availability availabilitystatus instock isinstock stockstatus available verfuegbarkeit verfügbarkeit lieferbar disponibilite disponibilité disponibilidad disponibilita beschikbaarheid",
    fits: is_availability,
    in_lists: true,
};

pub(super) const STATUS: Role = Role {
    name: "status",
    names: "status enabled isenabled active isactive published ispublished productonline aktiv online actif activo attivo",
    fits: is_state,
    in_lists: false,
};

pub(super) const TAGS: Role = Role {
    name: "tags",
    names: "tags tag keywords schlagworte schlagwörter etiquetas mots",
    fits: |value| is_text(value) || value.is_array(),
    in_lists: false,
};

pub(super) const UPDATED_AT: Role = Role {
    name: "updated_at",
    names: "updatedat modified modifiedat lastmodified updated changed datemodified modifieddate metaupdatedat aenderungsdatum geaendert geändert",
    fits: is_time,
    in_lists: false,
};

/// What a variant names its product by.
pub(super) const PARENT: Role = Role {
    name: "parent",
    names: "parent parentid parentsku parentcode parentproduct parentproductid productid itemgroupid variantof masterid mastersku",
    fits: is_scalar,
    in_lists: false,
};

/// What a column of categories is called; what it holds is looked at elsewhere.
pub(super) const CATEGORY: Role = Role {
    name: "category",
    names: "category categories categorypath categoriesname categoryname category1 kategorie kategorien warengruppe rubrik rubrique categorie catégorie catégories categoria categoría categorias categorías categorieen kategoria producttype idcategorydefault group productgroup facets",
    fits: |value| is_text(value) || value.is_array(),
    in_lists: true,
};

/// The column that a role takes, among those that fit it in nine of ten values.
pub(super) fn pick<'c, 'a>(
    role: &Role,
    columns: &'c [Column<'a>],
    taste: &Taste,
    fits: impl Fn(&Column<'a>) -> bool,
) -> Option<&'c Column<'a>> {
    let is_good = |column: &&Column<'a>| {
        let good = column.values.iter().filter(|value| (role.fits)(value));
        let enough = good.count() * 10 >= column.values.len() * 9;
        enough && (role.in_lists || !column.is_in_list()) && fits(column)
    };
    let rate = |column: &&Column<'a>| {
        let is = |mark: &Option<String>, wanted: &str| mark.as_deref() == Some(wanted);
        let liked = is(&column.language, &taste.language) || is(&column.currency, &taste.currency);
        (
            liked,
            column.values.len(),
            std::cmp::Reverse(column.path.clone()),
        )
    };
    for rank in 0..3 {
        for name in role.names.split(' ') {
            let called = columns
                .iter()
                .filter(|column| column.names[rank].as_deref() == Some(name))
                .filter(is_good);
            if let Some(best) = called.max_by_key(rate) {
                return Some(best);
            }
        }
    }
    None
}
