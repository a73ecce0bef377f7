// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace sqlcatalog {

/// How statements of this program begin on the server, so that dashboards can tell them from the
/// applications'. The statistics keep the text as it was first sent, comment included.
inline constexpr char mark[] = "/* retail-admin";

} // namespace sqlcatalog
