// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/embeddermodel.h"

// The assembler takes the file as it is. As an array in C++, which is what Qt's resources make of it, the
// compiler needs more than a gigabyte and most of a minute.
asm(".section .rodata\n"
    ".balign 64\n"
    ".global retail_embedder_model, retail_embedder_model_end\n"
    "retail_embedder_model:\n"
    ".incbin \"" EMBEDDER_MODEL "\"\n"
    "retail_embedder_model_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" const unsigned char retail_embedder_model[];
extern "C" const unsigned char retail_embedder_model_end[];

QByteArrayView builtInEmbedderModel()
{
    return {retail_embedder_model, retail_embedder_model_end};
}
