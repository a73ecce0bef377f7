// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/browsetables.h"

using namespace Qt::StringLiterals;

namespace {

QString title(const char *text)
{
    return QString::fromUtf8(text);
}

ColumnDef &columnOf(TableDef &table, const char *name)
{
    return table.columns[table.column(name)];
}

void refer(TableDef &table, const char *column, const char *other)
{
    columnOf(table, column).references = other;
}

void derive(TableDef &table, std::initializer_list<const char *> columns)
{
    for (const char *column : columns)
        columnOf(table, column).derived = true;
}

void code(TableDef &table, const char *column, const QStringList &choices = {})
{
    ColumnDef &def = columnOf(table, column);
    def.coded = true;
    def.choices = choices;
}

void edit(TableDef &table, const char *column, int longest = 0)
{
    ColumnDef &def = columnOf(table, column);
    def.editable = true;
    def.longest = longest;
}

QList<TableDef> makeTables()
{
    using enum ColumnType;
    constexpr bool sortable = true;
    constexpr bool nullable = true;
    constexpr bool hidden = false;
    // A narrow window shows the first columns: figures come before further texts, a total before its parts.
    TableDef customers{"customers", title("Customers"), title("customer"), "customer_id", "last_name", false,
                       {}};
    customers.columns = {
        {"customer_id", title("Id"), Uuid, 0, false, false, hidden},
        {"first_name", title("First name")},
        {"last_name", title("Last name"), Text, 0, sortable, false, true, {"first_name"}},
        {"total_lifetime_value", title("Lifetime value"), Money, 2, sortable, nullable},
        {"loyalty_tier", title("Loyalty tier"), Text, 0, sortable, nullable},
        {"email", title("E-mail"), Text},
        {"phone", title("Phone"), Text, 0, false, nullable},
        {"customer_since", title("Customer since"), Date, 0, sortable, nullable},
        {"date_of_birth", title("Born"), Date, 0, false, nullable, hidden},
        {"gender", title("Gender"), Text, 0, false, nullable, hidden},
        {"created_at", title("Created"), Timestamp, 0, sortable, nullable, hidden},
        {"updated_at", title("Changed"), Timestamp, 0, false, nullable, hidden},
    };
    TableDef products{"products", title("Products"), title("product"), "product_id", "product_name", false,
                      {}};
    products.columns = {
        {"product_id", title("Id"), Uuid, 0, false, false, hidden},
        {"sku", title("SKU"), Text, 0, sortable},
        {"product_name", title("Name"), Text, 0, sortable},
        {"price", title("Price"), Money, 2, sortable},
        {"current_stock", title("Stock"), Integer, 0, sortable, nullable},
        {"brand", title("Brand"), Text, 0, sortable, nullable},
        {"category_name", title("Category"), Text, 0, false, nullable},
        {"rating_average", title("Rating"), Decimal, 2, sortable, nullable},
        {"rating_count", title("Ratings"), Integer, 0, false, nullable},
        {"is_active", title("Active"), Boolean, 0, false, nullable},
        {"is_featured", title("Featured"), Boolean, 0, false, nullable, hidden},
        {"model", title("Model"), Text, 0, false, nullable, hidden},
        {"color", title("Colour"), Text, 0, false, nullable, hidden},
        {"size", title("Size"), Text, 0, false, nullable, hidden},
        {"cost", title("Cost"), Money, 2, false, nullable, hidden},
        {"minimum_stock", title("Minimum stock"), Integer, 0, false, nullable, hidden},
        {"reorder_point", title("Reorder at"), Integer, 0, false, nullable, hidden},
        {"maximum_stock", title("Maximum stock"), Integer, 0, false, nullable, hidden},
        {"weight_kg", title("Weight (kg)"), Decimal, 3, false, nullable, hidden},
        {"dimensions_cm", title("Dimensions (cm)"), Text, 0, false, nullable, hidden},
        {"supplier_name", title("Supplier"), Text, 0, false, nullable, hidden},
        {"supplier_sku", title("Supplier's SKU"), Text, 0, false, nullable, hidden},
        {"tags", title("Tags"), Tags, 0, false, nullable, hidden},
        {"metadata", title("More facts"), Json, 0, false, nullable, hidden},
        {"product_description", title("Description"), Text, 0, false, nullable, hidden},
        {"category_id", title("Category id"), Integer, 0, false, nullable, hidden},
        {"created_at", title("Created"), Timestamp, 0, sortable, nullable, hidden},
        {"updated_at", title("Changed"), Timestamp, 0, false, nullable, hidden},
    };
    TableDef sales{
        "sales_transactions", title("Sales"), title("sale"), "transaction_id", "transaction_date", true, {}};
    sales.columns = {
        {"transaction_id", title("Id"), Uuid, 0, false, false, hidden},
        {"transaction_date", title("Date"), Timestamp, 0, sortable, nullable},
        {"receipt_number", title("Receipt"), Text, 0, sortable, nullable},
        {"transaction_type", title("Type"), Text, 0, false, nullable},
        {"customer_name", title("Customer"), Text, 0, false, nullable},
        {"total_amount", title("Total"), Money, 2, sortable},
        {"payment_method", title("Payment"), Text, 0, false, nullable},
        {"subtotal", title("Subtotal"), Money, 2},
        {"discount_amount", title("Discount"), Money, 2, false, nullable},
        {"tax_amount", title("Tax"), Money, 2, false, nullable},
        {"customer_id", title("Customer id"), Uuid, 0, false, nullable, hidden},
        {"cashier_id", title("Cashier"), Text, 0, false, nullable},
        {"register_id", title("Register"), Text, 0, false, nullable},
        {"notes", title("Notes"), Text, 0, false, nullable, hidden},
        {"metadata", title("More facts"), Json, 0, false, nullable, hidden},
        {"created_at", title("Created"), Timestamp, 0, false, nullable, hidden},
    };
    TableDef items{
        "sales_transaction_items", title("Items sold"), title("item"), "item_id", "item_id", false, {}};
    items.columns = {
        {"item_id", title("Id"), Uuid, 0, sortable, false, hidden},
        {"product_id", title("Product id"), Uuid, 0, false, false, hidden},
        {"sku", title("SKU"), Text},
        {"product_name", title("Product"), Text},
        {"quantity", title("Quantity"), Integer},
        {"total_price", title("Total"), Money, 2},
        {"unit_price", title("Unit price"), Money, 2},
        {"tax_amount", title("Tax"), Money, 2, false, nullable, hidden},
        {"discount_amount", title("Discount"), Money, 2, false, nullable},
        {"transaction_id", title("Sale"), Uuid, 0, false, false, hidden},
        {"created_at", title("Created"), Timestamp, 0, false, nullable, hidden},
    };
    TableDef categories{"product_categories",
                        title("Categories"),
                        title("category"),
                        "category_id",
                        "category_name",
                        false,
                        {}};
    categories.columns = {
        {"category_id", title("Id"), Integer, 0, sortable, false, hidden},
        {"category_name", title("Name"), Text, 0, sortable},
        {"parent_name", title("Part of"), Text, 0, false, nullable},
        {"products", title("Products"), Integer},
        {"description", title("Description"), Text, 0, false, nullable},
        {"is_active", title("Active"), Boolean, 0, false, nullable},
        {"parent_category_id", title("Parent id"), Integer, 0, false, nullable, hidden},
    };
    TableDef embeddings{"product_embeddings",
                        title("Embeddings"),
                        title("embedding"),
                        "embedding_id",
                        "embedding_model",
                        false,
                        {}};
    embeddings.columns = {
        {"embedding_id", title("Id"), Uuid, 0, sortable, false, hidden},
        {"sku", title("SKU"), Text, 0, false, nullable},
        {"product_name", title("Product"), Text, 0, false, nullable},
        {"embedding_model", title("Model"), Text, 0, sortable, false, true, {"product_id"}},
        {"dimensions", title("Dimensions"), Integer, 0, false, nullable},
        {"norm", title("Length"), Decimal, 4, false, nullable},
        {"updated_at", title("Made"), Timestamp, 0, false, nullable},
        {"embedding_text", title("Text"), Text, 0, false, false, hidden},
        {"product_id", title("Product id"), Uuid, 0, false, false, hidden},
        {"created_at", title("First made"), Timestamp, 0, false, nullable, hidden},
    };

    refer(products, "category_id", "product_categories");
    refer(sales, "customer_id", "customers");
    refer(items, "product_id", "products");
    refer(items, "transaction_id", "sales_transactions");
    refer(categories, "parent_category_id", "product_categories");
    refer(embeddings, "product_id", "products");
    derive(products, {"category_name"});
    derive(sales, {"customer_name"});
    derive(items, {"sku", "product_name"});
    derive(categories, {"parent_name", "products"});
    derive(embeddings, {"sku", "product_name", "dimensions", "norm"});
    // The values that the database's checks allow, where there is one.
    code(customers, "loyalty_tier", {u"bronze"_s, u"silver"_s, u"gold"_s, u"platinum"_s});
    code(customers, "gender");
    code(sales, "transaction_type", {u"sale"_s, u"return"_s, u"exchange"_s});
    code(sales, "payment_method");
    // What a manager is granted (0012_privileges.sql), and the limits of the columns (0002_tables.sql).
    edit(customers, "email", 100);
    edit(customers, "phone", 20);
    edit(customers, "loyalty_tier", 20);
    for (const char *name :
         {"price", "current_stock", "is_active", "is_featured", "tags", "product_description"})
        edit(products, name);
    return {customers, products, sales, items, categories, embeddings};
}

} // namespace

int TableDef::column(QByteArrayView columnName) const
{
    for (int i = 0; i < columns.size(); ++i)
        if (columns[i].name == columnName)
            return i;
    return -1;
}

const QList<TableDef> &browseTables()
{
    static const QList<TableDef> all = makeTables();
    return all;
}

const TableDef *browseTable(QByteArrayView name)
{
    for (const TableDef &table : browseTables())
        if (table.name == name)
            return &table;
    return nullptr;
}

QList<TableReference> referencesTo(QByteArrayView table)
{
    QList<TableReference> found;
    for (const TableDef &other : browseTables())
        for (const ColumnDef &column : other.columns)
            if (column.references == table)
                found.append({other.name, column.name});
    return found;
}
