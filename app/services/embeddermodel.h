// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

/// The built-in embedder's model, part of the program's file and read from disk as it is touched. Any thread.
QByteArrayView builtInEmbedderModel();
