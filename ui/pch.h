// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <QFuture>
#include <QObject>
#include <QString>
#include <QWidget>
#include <QtWidgets>

#include <functional>
#include <memory>
#include <vector>
