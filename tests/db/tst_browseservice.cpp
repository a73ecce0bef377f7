// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/browseservice.h"
#include "tests/support/testcluster.h"

#include <QSet>
#include <QTest>

using namespace Qt::StringLiterals;

class TestBrowseService final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<ConnectionPool> m_pool;

    Result<RecordPage> page(BrowseRequest request) const
    {
        return BrowseService(*m_pool).page(u"seattle"_s, request).result();
    }

    /// All keys of a table in the order of the pages.
    Result<QStringList> walk(BrowseRequest request) const
    {
        const TableDef *table = BrowseService::table(request.table);
        const int key = table->column(table->key);
        QStringList keys;
        for (;;) {
            const Result<RecordPage> next = page(request);
            if (!next)
                return next.error();
            QStringList ofPage;
            for (int row = 0; row < next->rows.count(); ++row)
                ofPage += next->rows.text(row, key);
            keys = request.backwards ? ofPage + keys : keys + ofPage;
            request.after = request.backwards ? next->previous : next->next;
            if (request.after.isEmpty())
                return keys;
        }
    }

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        // NULLs in every nullable sort column, so that both sections of a page are crossed.
        VERIFY_OK(m_database->superuser().executeScript(
            "UPDATE retail.customers SET loyalty_tier = NULL, customer_since = NULL WHERE customer_id::text "
            "< '4';"
            "UPDATE retail.products SET brand = NULL WHERE product_id::text < '6';"
            // What people type, and attackers too, in the first products; an embedding for each product.
            "UPDATE retail.products p SET product_name = t.text, product_description = t.text, "
            "metadata = jsonb_build_object('text', t.text, 'n', t.n), tags = ARRAY[t.text, 'odd'] "
            "FROM (SELECT product_id, row_number() OVER (ORDER BY product_id) AS n FROM retail.products "
            "WHERE store_id = 'seattle') q JOIN (VALUES (1, $$'; DROP TABLE retail.products; --$$), "
            "(2, $$100%_\\ sure$$), (3, 'ചായ മസാല'), (4, 'מעיל גשם'), (5, repeat('long ', 39)), "
            "(6, 'say \"hi\", {x}')) t (n, text) ON t.n = q.n WHERE p.product_id = q.product_id;"
            "INSERT INTO retail.product_embeddings (product_id, store_id, embedding_text, embedding) "
            "SELECT product_id, store_id, 'x', array_fill(0.5, ARRAY[1536])::public.vector FROM "
            "retail.products "
            "WHERE store_id = 'seattle' ON CONFLICT DO NOTHING"));
        m_pool = std::make_unique<ConnectionPool>(2);
        OPEN_POOL(*m_pool, *m_database, u"sandbox_manager"_s);
    }

    void cleanupTestCase()
    {
        m_pool.reset();
        m_database.reset();
    }

    void badRequestsAreUsageErrors_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QByteArray>("sort");
        QTest::addColumn<QString>("after");
        QTest::newRow("an unknown table") << QByteArray("pg_authid") << QByteArray() << QString();
        QTest::newRow("an unknown column")
            << QByteArray("customers") << QByteArray("x; DROP TABLE") << QString();
        QTest::newRow("a column without index")
            << QByteArray("customers") << QByteArray("phone") << QString();
        QTest::newRow("a cursor of another table") << QByteArray("customers") << QByteArray() << u"WyJhIl0"_s;
        QTest::newRow("no cursor at all") << QByteArray("customers") << QByteArray() << u"%%%"_s;
    }
    void badRequestsAreUsageErrors()
    {
        QFETCH(QByteArray, table);
        QFETCH(QByteArray, sort);
        QFETCH(QString, after);
        BrowseRequest request;
        request.table = table;
        request.sort = sort;
        request.after = after;
        const Result<RecordPage> answer = page(request);
        QVERIFY(!answer);
        QCOMPARE(answer.error().kind, ErrorKind::Usage);
    }

    void aForeignStoreShowsNothing()
    {
        BrowseRequest request;
        request.table = "customers";
        const Result<RecordPage> foreign = BrowseService(*m_pool).page(u"redmond"_s, request).result();
        QVERIFY(!foreign);
        QCOMPARE(foreign.error().sqlstate, u"42501"_s);
    }

    void everySortShowsEachRowOnceBothWays_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QByteArray>("sort");
        QTest::addColumn<bool>("descending");
        for (const TableDef &table : BrowseService::tables())
            for (const ColumnDef &column : table.columns)
                if (column.sortable)
                    for (const bool descending : {false, true})
                        QTest::addRow("%s by %s, %s", table.name.constData(), column.name.constData(),
                                      descending ? "descending" : "ascending")
                            << table.name << column.name << descending;
    }
    void everySortShowsEachRowOnceBothWays()
    {
        QFETCH(QByteArray, table);
        QFETCH(QByteArray, sort);
        QFETCH(bool, descending);
        BrowseRequest request;
        request.table = table;
        request.sort = sort;
        request.descending = descending;
        request.limit = 171; // no divisor of the counts
        const Result<QStringList> forwards = walk(request);
        VERIFY_OK(forwards);
        const TableDef *definition = BrowseService::table(table);
        const bool ofStore = table != "product_categories"; // which belong to all
        const Result<Rows> expected = m_database->superuser().execute(
            "SELECT " + definition->key + " FROM retail." + table +
            (ofStore ? " WHERE store_id = 'seattle'" : "") + " ORDER BY " + sort +
            (descending ? " DESC" : "") + " NULLS LAST" + [&] {
                QByteArray rest;
                for (const QByteArray &column :
                     definition->columns[definition->column(sort)].thenBy + QList{definition->key})
                    rest += ", " + column + (descending ? " DESC" : "");
                return rest;
            }());
        VERIFY_OK(expected);
        QStringList wanted;
        for (int row = 0; row < expected->count(); ++row)
            wanted += expected->text(row, 0);
        QVERIFY(wanted.size() > (ofStore ? 100 : 5)); // there are seven categories
        // The superuser's database collates as the manager's: it is the same one.
        if (sort == definition->key || !definition->columns[definition->column(sort)].nullable)
            QCOMPARE(*forwards, wanted);
        else
            QCOMPARE(QSet<QString>(forwards->cbegin(), forwards->cend()),
                     QSet<QString>(wanted.cbegin(), wanted.cend()));
        QCOMPARE(forwards->size(), wanted.size());
        request.backwards = true;
        const Result<QStringList> backwards = walk(request);
        VERIFY_OK(backwards);
        QCOMPARE(*backwards, *forwards);
    }

    void rowsThatComeAndGoMeanwhileAreNeitherDoubledNorLost()
    {
        BrowseRequest request;
        request.table = "products";
        request.limit = 50;
        const Result<RecordPage> first = page(request);
        VERIFY_OK(first);
        const int key = BrowseService::table("products")->column("product_id");
        // Before the cursor: one inserted, one renamed away to the start.
        VERIFY_OK(
            m_database->superuser().executeScript("INSERT INTO retail.products (store_id, sku, product_name, "
                                                  "price) VALUES ('seattle', 'NEW-1', 'AAA first', 1)"));
        request.after = first->next;
        const Result<RecordPage> second = page(request);
        VERIFY_OK(second);
        QSet<QString> seen;
        for (const Result<RecordPage> *read : {&first, &second})
            for (int row = 0; row < (*read)->rows.count(); ++row)
                seen += (*read)->rows.text(row, key);
        QCOMPARE(seen.size(), 100);
    }

    void theItemsOfASaleAreItsOwn()
    {
        BrowseRequest sales;
        sales.table = "sales_transactions";
        sales.limit = 1;
        const Result<RecordPage> sale = page(sales);
        VERIFY_OK(sale);
        BrowseRequest items;
        items.table = "sales_transaction_items";
        items.parent = sale->rows.text(0, 0);
        const Result<RecordPage> found = page(items);
        VERIFY_OK(found);
        QVERIFY(found->rows.count() > 0);
        const int parent = BrowseService::table("sales_transaction_items")->column("transaction_id");
        for (int row = 0; row < found->rows.count(); ++row)
            QCOMPARE(found->rows.text(row, parent), items.parent);
    }

    void theDefinitionsFitTheStatements()
    {
        for (const TableDef &table : BrowseService::tables()) {
            BrowseRequest request;
            request.table = table.name;
            request.limit = 1;
            const Result<RecordPage> answer = page(request);
            VERIFY_OK(answer);
            QCOMPARE(answer->rows.columns(), table.columns.size());
            for (int column = 0; column < table.columns.size(); ++column)
                QCOMPARE(answer->rows.columnName(column), QString::fromUtf8(table.columns[column].name));
        }
    }

    void smallTablesAreCountedExactly()
    {
        BrowseRequest request;
        request.table = "customers";
        for (const bool exact : {false, true}) {
            const Result<RowCount> count =
                BrowseService(*m_pool).count(u"seattle"_s, request, exact).result();
            VERIFY_OK(count);
            QVERIFY(count->exact);
            const Result<Rows> expected = m_database->superuser().execute(
                "SELECT count(*) FROM retail.customers WHERE store_id = 'seattle'");
            VERIFY_OK(expected);
            QCOMPARE(count->rows, expected->integer(0, 0));
        }
    }

    void anExactCountCanBeCancelled()
    {
        BrowseRequest request;
        request.table = "customers";
        const CancelToken token;
        token.cancel();
        const Result<RowCount> count =
            BrowseService(*m_pool).count(u"seattle"_s, request, true, token).result();
        QVERIFY(!count);
        QCOMPARE(count.error().kind, ErrorKind::Cancelled);
    }

    // Each filter leaves the rows that SQL says it does; the expected condition is written by hand.
    void filtersLeaveTheRightRows_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QStringList>("filters");
        QTest::addColumn<QByteArray>("condition");
        const auto row = [](const char *name, const QByteArray &table, const QStringList &filters,
                            const QByteArray &condition) {
            QTest::newRow(name) << table << filters << condition;
        };
        row("a text in any case", "products", {u"product_name=GAR"_s}, "product_name ILIKE '%gar%'");
        row("a beginning", "customers", {u"last_name=^s"_s}, "last_name ILIKE 's%'");
        row("a whole text", "customers", {u"loyalty_tier==gold"_s}, "loyalty_tier = 'gold'");
        row("a word of the database as people read it", "sales_transactions",
            {u"payment_method==Credit card"_s}, "payment_method = 'credit_card'");
        row("that word as it is", "sales_transactions", {u"payment_method==credit_card"_s},
            "payment_method = 'credit_card'");
        row("a part of it", "sales_transactions", {u"payment_method=T CARD"_s},
            "payment_method LIKE '%t\\_card'");
        row("the name of a customer", "sales_transactions", {u"customer_name=^ann"_s},
            "customer_id IN (SELECT customer_id FROM retail.customers WHERE store_id = 'seattle' AND "
            "first_name || "
            "' ' || last_name ILIKE 'ann%')");
        row("the name of a category", "products", {u"category_name=garden"_s},
            "category_id IN (SELECT category_id FROM retail.product_categories WHERE category_name ILIKE "
            "'%garden%')");
        row("another text, or none", "customers", {u"loyalty_tier!=gold"_s},
            "loyalty_tier IS DISTINCT FROM 'gold'");
        row("one of", "customers", {u"loyalty_tier=:in gold,silver"_s}, "loyalty_tier IN ('gold', 'silver')");
        row("no value", "customers", {u"loyalty_tier=:null"_s}, "loyalty_tier IS NULL");
        row("some value", "products", {u"brand=:notnull"_s}, "brand IS NOT NULL");
        row("a range of amounts", "products", {u"price=10..20.5"_s}, "price BETWEEN 10 AND 20.5");
        row("at least", "products", {u"current_stock=100.."_s}, "current_stock >= 100");
        row("at most", "products", {u"current_stock=..20"_s}, "current_stock <= 20");
        row("whole numbers of a list", "products", {u"current_stock=:in 1,2,3,4,5,6"_s},
            "current_stock BETWEEN 1 AND 6");
        row("yes", "products", {u"is_active==true"_s}, "is_active");
        row("no", "products", {u"is_active==no"_s}, "NOT is_active");
        row("a day", "customers", {u"customer_since=2025-01-01.."_s}, "customer_since >= '2025-01-01'");
        row("days of times, the last one whole", "sales_transactions",
            {u"transaction_date=2026-01-01..2026-03-31"_s},
            "transaction_date >= '2026-01-01Z' AND transaction_date < '2026-04-01Z'");
        row("one day of times", "sales_transactions", {u"transaction_date==2026-03-03"_s},
            "transaction_date >= '2026-03-03Z' AND transaction_date < '2026-03-04Z'");
        row("an hour of the day", "sales_transactions", {u"transaction_date=:hour 14,America/Los_Angeles"_s},
            "to_char(transaction_date AT TIME ZONE 'America/Los_Angeles', 'HH24') = '14'");
        row("an hour at an offset", "sales_transactions", {u"transaction_date=:hour 14,UTC+05:30"_s},
            "to_char(transaction_date AT TIME ZONE 'Asia/Kolkata', 'HH24') = '14'");
        row("an hour west of it", "sales_transactions", {u"transaction_date=:hour 14,utc-3"_s},
            "to_char(transaction_date AT TIME ZONE interval '-3:00', 'HH24') = '14'");
        row("tags", "products", {u"tags=:has odd"_s}, "'odd' = ANY (tags)");
        row("a word in a tag", "products", {u"tags=~drop table"_s}, "tags::text ILIKE '%drop table%'");
        row("a path that finds something", "products", {u"metadata=:path $.n ? (@ > 2)"_s},
            "(metadata->>'n')::numeric > 2");
        row("a condition that is true", "products", {u"metadata=:path $.n == 3"_s}, "metadata->>'n' = '3'");
        row("a word in JSON", "products", {u"metadata=~drop table"_s}, "metadata::text ILIKE '%drop table%'");
        row("two at once", "products", {u"price=..50"_s, u"is_active==true"_s}, "price <= 50 AND is_active");
        row("a joined column", "sales_transaction_items", {u"product_name=^a"_s},
            "product_id IN (SELECT product_id FROM retail.products WHERE product_name ILIKE 'a%')");
        row("a model", "product_embeddings", {u"embedding_model=small"_s}, "embedding_model ILIKE '%small%'");
        const QString hostile[] = {u"'; DROP TABLE retail.products; --"_s,
                                   u"100%_\\"_s,
                                   u"%_\\"_s,
                                   u"ചായ"_s,
                                   u"מעיל"_s,
                                   u"{x}"_s,
                                   u"say \"hi\""_s};
        for (const QString &text : hostile) {
            // Compared without patterns, so that nothing is escaped here either.
            const QByteArray quoted = quoteLiteral(text);
            row(qPrintable(u"contains "_s + text), "products", {u"product_name=~"_s + text},
                "position(" + quoted + " in product_name) > 0");
            row(qPrintable(u"description contains "_s + text), "products",
                {u"product_description=~"_s + text}, "position(" + quoted + " in product_description) > 0");
            row(qPrintable(u"begins with "_s + text), "products", {u"product_name=^"_s + text},
                "left(product_name, " + QByteArray::number(text.size()) + ") = " + quoted);
        }
    }
    void filtersLeaveTheRightRows()
    {
        QFETCH(QByteArray, table);
        QFETCH(QStringList, filters);
        QFETCH(QByteArray, condition);
        const TableDef *definition = BrowseService::table(table);
        const Result<QList<ColumnFilter>> parsed = browsefilter::parse(*definition, filters);
        VERIFY_OK(parsed);
        BrowseRequest request;
        request.table = table;
        request.filters = *parsed;
        request.limit = 57;
        const Result<QStringList> forwards = walk(request);
        VERIFY_OK(forwards);
        const Result<Rows> expected =
            m_database->superuser().execute("SELECT " + definition->key + " FROM retail." + table +
                                            " WHERE store_id = 'seattle' AND (" + condition + ")");
        VERIFY_OK(expected);
        QStringList wanted;
        for (int row = 0; row < expected->count(); ++row)
            wanted += expected->text(row, 0);
        QStringList found = *forwards;
        found.sort();
        wanted.sort();
        QCOMPARE(found, wanted);
        request.backwards = true;
        const Result<QStringList> backwards = walk(request);
        VERIFY_OK(backwards);
        QCOMPARE(*backwards, *forwards);
        const Result<RowCount> count = BrowseService(*m_pool).count(u"seattle"_s, request, true).result();
        VERIFY_OK(count);
        QCOMPARE(count->rows, wanted.size());
    }

    void aPathOrTimeZoneThatIsNoneIsAUsageError()
    {
        BrowseRequest request;
        request.table = "products";
        request.filters = {{"metadata", FilterOp::Path, {u"$.a =="_s}}};
        const Result<RecordPage> answer = page(request);
        QVERIFY(!answer);
        QCOMPARE(answer.error().kind, ErrorKind::Usage);
        // Nor is a time zone that only the server can tell to be none.
        request.table = "sales_transactions";
        request.filters = {{"transaction_date", FilterOp::AtHour, {u"9"_s, u"Moon/Crater"_s}}};
        const Result<RecordPage> moon = page(request);
        QVERIFY(!moon);
        QCOMPARE(moon.error().kind, ErrorKind::Usage);
    }

    void theLastPageNeedsNoOtherBeforeIt()
    {
        BrowseRequest request;
        request.table = "customers";
        request.limit = 30;
        const Result<QStringList> all = walk(request);
        VERIFY_OK(all);
        request.backwards = true;
        const Result<RecordPage> last = page(request);
        VERIFY_OK(last);
        QCOMPARE(last->rows.count(), 30);
        QCOMPARE(last->rows.text(29, 0), all->last());
        QVERIFY(!last->previous.isEmpty());
    }

    void noGridAsksForAVectorsNumbers()
    {
        BrowseRequest request;
        request.table = "product_embeddings";
        request.limit = 1;
        const Result<RecordPage> answer = page(request);
        VERIFY_OK(answer);
        const TableDef *definition = BrowseService::table("product_embeddings");
        QCOMPARE(answer->rows.integer(0, definition->column("dimensions")), 1536);
        QVERIFY(answer->rows.number(0, definition->column("norm")) > 0);
        QVERIFY(definition->column("embedding") < 0);
    }

    // Editing. A product of its own for each test, so that none depends on another.

    void onlyWhatTheRoleMayChangeIsEditable()
    {
        BrowseService service(*m_pool);
        const auto columns = [&](const QByteArray &table) {
            const Result<QList<QByteArray>> found = service.editable(u"seattle"_s, table).result();
            return found ? QSet<QByteArray>(found->cbegin(), found->cend()) : QSet<QByteArray>{"error"};
        };
        QCOMPARE(columns("products"), (QSet<QByteArray>{"price", "current_stock", "is_active", "is_featured",
                                                        "tags", "product_description"}));
        QCOMPARE(columns("customers"), (QSet<QByteArray>{"email", "phone", "loyalty_tier"}));
        QVERIFY(columns("sales_transactions").isEmpty());
        ConnectionPool dba(1);
        OPEN_POOL(dba, *m_database, u"sandbox_dba"_s);
        const Result<QList<QByteArray>> none = BrowseService(dba).editable({}, "products").result();
        VERIFY_OK(none);
        QVERIFY(none->isEmpty());
    }

    void aSaveChangesAllOrNothing()
    {
        const QString good = newProduct(u"SAVE-1"_s);
        const QString gone = newProduct(u"SAVE-2"_s);
        VERIFY_OK(m_database->superuser().execute("DELETE FROM retail.products WHERE product_id = $1::uuid",
                                                  {gone}));
        const QList<RowEdit> edits{{good, {{"price", u"10.00"_s, u"12.50"_s}}},
                                   {gone, {{"price", u"10.00"_s, u"12.50"_s}}}};
        const Result<SaveResult> saved =
            BrowseService(*m_pool).save(u"seattle"_s, "products", edits).result();
        VERIFY_OK(saved);
        QCOMPARE(saved->conflicts.size(), 1);
        QVERIFY(saved->conflicts.first().gone);
        QCOMPARE(priceOf(good), u"10.00"_s);
    }

    void everyKindOfValueIsSaved()
    {
        const QString id = newProduct(u"SAVE-3"_s);
        const QList<CellEdit> cells{
            {"price", u"10.00"_s, u"12.50"_s},
            {"current_stock", u"5"_s, u"7"_s},
            {"is_active", u"t"_s, u"f"_s},
            {"tags", std::nullopt, u"{a,\"b c\"}"_s},
            {"product_description", std::nullopt, u"'; DROP TABLE retail.products; -- %_\\"_s}};
        const Result<SaveResult> saved =
            BrowseService(*m_pool).save(u"seattle"_s, "products", {{id, cells}}).result();
        VERIFY_OK(saved);
        QVERIFY(saved->conflicts.isEmpty());
        const Result<Rows> now = m_database->superuser().execute(
            "SELECT price, current_stock, is_active, tags, product_description FROM retail.products WHERE "
            "product_id = $1::uuid",
            {id});
        VERIFY_OK(now);
        for (int column = 0; column < cells.size(); ++column)
            QCOMPARE(now->text(0, column), *cells[column].value);
        // The audit log says who, not the program that was used.
        const Result<Rows> audit = m_database->superuser().execute(
            "SELECT user_name, new_values->>'price' FROM retail.audit_log WHERE record_id = $1::uuid AND "
            "action = 'UPDATE'",
            {id});
        VERIFY_OK(audit);
        QCOMPARE(audit->count(), 1);
        QCOMPARE(audit->text(0, 0), u"sandbox_manager"_s);
        QCOMPARE(audit->text(0, 1), u"12.50"_s);
    }

    void whatSomebodyElseChangedIsShownAndNotOverwritten()
    {
        const QString id = newProduct(u"SAVE-4"_s);
        VERIFY_OK(m_database->superuser().execute(
            "UPDATE retail.products SET price = 11, is_active = false WHERE product_id = $1::uuid", {id}));
        const QList<RowEdit> edits{{id,
                                    {{"price", u"10.00"_s, u"12.50"_s},
                                     {"current_stock", u"5"_s, u"7"_s},
                                     {"is_active", u"t"_s, std::nullopt}}}};
        const Result<SaveResult> saved =
            BrowseService(*m_pool).save(u"seattle"_s, "products", edits).result();
        VERIFY_OK(saved);
        QCOMPARE(saved->conflicts.size(), 2); // the stock is as it was seen
        QCOMPARE(saved->conflicts[0].theirs, std::optional(u"11.00"_s));
        QCOMPARE(saved->conflicts[1].theirs, std::optional(u"false"_s));
        QCOMPARE(priceOf(id), u"11.00"_s);
        // Keeping mine: what is there now is what was seen.
        const QList<RowEdit> again{
            {id, {{"price", u"11.00"_s, u"12.50"_s}, {"is_active", u"false"_s, std::nullopt}}}};
        const Result<SaveResult> kept = BrowseService(*m_pool).save(u"seattle"_s, "products", again).result();
        VERIFY_OK(kept);
        QVERIFY(kept->conflicts.isEmpty());
        QCOMPARE(priceOf(id), u"12.50"_s);
    }

    void anotherSpellingIsNoConflict()
    {
        const QString id = newProduct(u"SAVE-6"_s);
        VERIFY_OK(m_database->superuser().execute(
            "UPDATE retail.products SET price = 11, tags = '{a,b}' WHERE product_id = $1::uuid", {id}));
        const QList<RowEdit> edits{
            {id, {{"price", u"10.00"_s, u"12.50"_s}, {"tags", u"{\"a\",\"b\"}"_s, u"{c}"_s}}}};
        const Result<SaveResult> saved =
            BrowseService(*m_pool).save(u"seattle"_s, "products", edits).result();
        VERIFY_OK(saved);
        QCOMPARE(saved->conflicts.size(), 1);
        QCOMPARE(saved->conflicts.first().mine.column, "price"_ba);
    }

    void tagsAreSpelledAsTheServerDoes()
    {
        const TableDef *table = BrowseService::table("products");
        const QString list = u"a, null, \"b, c\", \"5\"\" pipe\", back\\slash, {x}, d e, ചായ, empty"_s;
        const auto typed = BrowseService::checked(table->columns[table->column("tags")], list);
        VERIFY_OK(typed);
        const Result<Rows> read = m_database->superuser().execute("SELECT $1::text[]", {**typed});
        VERIFY_OK(read);
        QCOMPARE(**typed, read->text(0, 0));
        QCOMPARE(read->textArray(0, 0).size(), 9);
    }

    void whatMayNotBeChangedIsRefused()
    {
        const QString id = newProduct(u"SAVE-5"_s);
        BrowseService service(*m_pool);
        const Result<SaveResult> sku =
            service.save(u"seattle"_s, "products", {{id, {{"sku", u"a"_s, u"b"_s}}}}).result();
        QVERIFY(!sku);
        QCOMPARE(sku.error().kind, ErrorKind::Usage);
        const Result<SaveResult> foreign =
            service.save(u"redmond"_s, "products", {{id, {{"price", u"10.00"_s, u"1.00"_s}}}}).result();
        QVERIFY(!foreign);
        QCOMPARE(foreign.error().kind, ErrorKind::Permission);
        const Result<SaveResult> negative =
            service.save(u"seattle"_s, "products", {{id, {{"price", u"10.00"_s, u"-1.00"_s}}}}).result();
        QVERIFY(!negative); // the database's own rule
        QCOMPARE(negative.error().sqlstate, u"23514"_s);
        QCOMPARE(priceOf(id), u"10.00"_s);
    }

    void typedValuesAreChecked_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QByteArray>("column");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("value"); // null: refused
        const QString refused;
        const auto row = [](const char *name, const char *table, const char *column, const QString &typed,
                            const QString &value) {
            QTest::newRow(name) << QByteArray(table) << QByteArray(column) << typed << value;
        };
        row("an amount", "products", "price", u"1,234.5"_s, u"1234.50"_s);
        row("words", "products", "price", u"cheap"_s, refused);
        row("a negative amount", "products", "price", u"-1"_s, refused);
        row("too many decimals", "products", "price", u"1.234"_s, refused);
        row("more than fits", "products", "price", u"123456789"_s, refused);
        row("not a number", "products", "price", u"nan"_s, refused);
        row("half a piece", "products", "current_stock", u"1.5"_s, refused);
        row("too many pieces", "products", "current_stock", u"99999999999"_s, refused);
        row("tags", "products", "tags", u" a , b c,a"_s, u"{a,\"b c\"}"_s);
        row("a tag with a comma", "products", "tags", u"\"red, blue\",a"_s, u"{\"red, blue\",a}"_s);
        row("an address", "customers", "email", u"a@b.c"_s, u"a@b.c"_s);
        row("no address", "customers", "email", u"a b"_s, refused);
        row("a long address", "customers", "email", QString(101, u'x') + u"@y"_s, refused);
        row("a tier", "customers", "loyalty_tier", u"gold"_s, u"gold"_s);
        row("no tier", "customers", "loyalty_tier", u"diamond"_s, refused);
    }
    void typedValuesAreChecked()
    {
        QFETCH(QByteArray, table);
        QFETCH(QByteArray, column);
        QFETCH(QString, typed);
        QFETCH(QString, value);
        const TableDef *definition = BrowseService::table(table);
        const auto checked = BrowseService::checked(definition->columns[definition->column(column)], typed,
                                                    QLocale(QLocale::English, QLocale::UnitedStates));
        QCOMPARE(checked.ok(), !value.isNull());
        if (checked)
            QCOMPARE(**checked, value);
        else
            QVERIFY(!checked.error().message.isEmpty());
    }

private:
    QString newProduct(const QString &sku) const
    {
        const Result<Rows> made = m_database->superuser().execute(
            "INSERT INTO retail.products (store_id, sku, product_name, price, "
            "current_stock) VALUES ('seattle', $1, $1, 10, 5) RETURNING product_id",
            {sku});
        return made ? made->text(0, 0) : QString();
    }

    QString priceOf(const QString &id) const
    {
        const Result<Rows> price = m_database->superuser().execute(
            "SELECT price FROM retail.products WHERE product_id = $1::uuid", {id});
        return price && price->count() == 1 ? price->text(0, 0) : QString();
    }
};

QTEST_GUILESS_MAIN(TestBrowseService)
#include "tst_browseservice.moc"
