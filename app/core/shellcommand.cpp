// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/shellcommand.h"

#include <QRegularExpression>

using namespace Qt::StringLiterals;

QString shellCommand(const QStringList &words)
{
    static const QRegularExpression plain(u"^[A-Za-z0-9_.,:/@%+=-]+$"_s);
    QString command = u"retail-admin"_s;
    for (QString word : words)
        command +=
            u' ' + (plain.match(word).hasMatch() ? word : u'\'' + word.replace(u'\'', u"'\\''"_s) + u'\'');
    return command;
}
