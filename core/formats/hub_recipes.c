/* What KerasHub's backbones are made of. Layers, names and constants are those of KerasHub 0.32, models/NAME. */
#include "core/formats/hub.h"

#define TOKENS    "token_ids, padding_mask"
#define SEGMENTED "token_ids, segment_ids, padding_mask"
#define END                                                                                                            \
    {                                                                                                                  \
        .name = NULL                                                                                                   \
    }

#define TOKEN_EMBEDDING(vocabulary, width, more)                                                                       \
    {                                                                                                                  \
        .name = "token_embedding", .class = "ReversibleEmbedding", .in = "token_ids",                                  \
        .config = "input_dim=" vocabulary " output_dim=" width more                                                    \
    }
#define POSITION_EMBEDDING                                                                                             \
    {                                                                                                                  \
        .name = "position_embedding", .class = "PositionEmbedding", .config = "sequence_length=max_sequence_length"    \
    }
#define TOKEN_AND_POSITION(layer_name)                                                                                 \
    {                                                                                                                  \
        .name = layer_name, .class = "TokenAndPositionEmbedding", .in = "token_ids",                                   \
        .config = "vocabulary_size=vocabulary_size sequence_length=max_sequence_length embedding_dim=hidden_dim"       \
    }
#define NORM(layer_name, layer_class, value)                                                                           \
    {                                                                                                                  \
        .name = layer_name, .class = layer_class, .config = "epsilon=" value                                           \
    }
#define DROPOUT(layer_name)                                                                                            \
    {                                                                                                                  \
        .name = layer_name, .class = "Dropout", .config = "rate=dropout"                                               \
    }
#define REPEATED(layer_name, layer_class, operands, settings)                                                          \
    {                                                                                                                  \
        .name = layer_name, .class = layer_class, .in = operands, .config = settings, .times = "num_layers"            \
    }
#define CLASSIC   "num_heads=num_heads intermediate_dim=intermediate_dim dropout=dropout "
#define GELU_TANH "activation='gelu_approximate "

/* --- encoders ----------------------------------------------------------------------------------------------------- */

#define SEGMENTED_EMBEDDING(vocabulary, width)                                                                         \
    TOKEN_EMBEDDING(vocabulary, width, ""), POSITION_EMBEDDING,                                                        \
        {.name = "segment_embedding",                                                                                  \
         .class = "Embedding",                                                                                         \
         .in = "segment_ids",                                                                                          \
         .config = "input_dim=num_segments output_dim=" width},                                                        \
        {.name = "embeddings_add", .class = "Add", .in = "token_embedding, position_embedding, segment_embedding"},    \
        NORM("embeddings_layer_norm", "LayerNormalization", "1e-12"), DROPOUT("embeddings_dropout")
#define ENCODER_BLOCKS(settings)                                                                                       \
    REPEATED("transformer_layer_%d", "TransformerEncoder", "$, padding_mask=padding_mask", CLASSIC settings)
/* The first token stands for the whole sequence. */
#define POOLED                                                                                                         \
    {.name = "sequence_output"}, {.name = "get_item", .class = ".GetItem", .in = "$, [:,0,:]"},                        \
        {.name = "pooled_dense", .class = "Dense", .config = "units=hidden_dim activation='tanh"},                     \
    {                                                                                                                  \
        .name = "pooled_output"                                                                                        \
    }
#define POOLED_OUTPUTS "pooled_output, sequence_output"

static const struct lt_hub_layer BERT[] = {
    SEGMENTED_EMBEDDING("vocabulary_size", "hidden_dim"),
    ENCODER_BLOCKS(GELU_TANH "layer_norm_epsilon=1e-12"),
    POOLED,
    END,
};

static const struct lt_hub_layer ELECTRA[] = {
    SEGMENTED_EMBEDDING("vocab_size", "embedding_dim"),
    {.name = "embeddings_projection",
     .class = "Dense",
     .config = "units=hidden_dim",
     .when = "hidden_dim!=embedding_dim"},
    ENCODER_BLOCKS(GELU_TANH "layer_norm_epsilon=1e-12"),
    POOLED,
    END,
};

static const struct lt_hub_layer ALBERT[] = {
    SEGMENTED_EMBEDDING("vocabulary_size", "embedding_dim"),
    {.name = "embedding_projection", .class = "Dense", .config = "units=hidden_dim"},
    {.name = "group_%d_inner_layer_0",
     .class = "TransformerEncoder",
     .in = "$, padding_mask=padding_mask",
     .config = CLASSIC GELU_TANH "layer_norm_epsilon=1e-12",
     .times = "num_layers",
     .distinct = "num_groups"},
    POOLED,
    END,
};

static const struct lt_hub_layer ROBERTA[] = {
    TOKEN_AND_POSITION("embeddings"),
    NORM("embeddings_layer_norm", "LayerNormalization", "1e-05"),
    DROPOUT("embeddings_dropout"),
    ENCODER_BLOCKS("activation='gelu layer_norm_epsilon=1e-05"),
    END,
};

static const struct lt_hub_layer DISTIL_BERT[] = {
    TOKEN_AND_POSITION("token_and_position_embedding"),
    NORM("embeddings_layer_norm", "LayerNormalization", "1e-12"),
    DROPOUT("embeddings_dropout"),
    ENCODER_BLOCKS("activation='gelu layer_norm_epsilon=1e-12"),
    END,
};

/* --- decoders ----------------------------------------------------------------------------------------------------- */

#define DECODER_BLOCKS(layer_class, settings)                                                                          \
    REPEATED("transformer_layer_%d", layer_class, "$, decoder_padding_mask=padding_mask", settings)

static const struct lt_hub_layer GPT2[] = {
    TOKEN_EMBEDDING("vocabulary_size", "hidden_dim", ""),
    POSITION_EMBEDDING,
    {.name = "embeddings_add", .class = "Add", .in = "token_embedding, position_embedding"},
    DROPOUT("embeddings_dropout"),
    DECODER_BLOCKS("TransformerDecoder", CLASSIC GELU_TANH "layer_norm_epsilon=1e-05 normalize_first=true"),
    NORM("layer_norm", "LayerNormalization", "1e-05"),
    END,
};

static const struct lt_hub_layer OPT[] = {
    TOKEN_AND_POSITION("embeddings"),
    DECODER_BLOCKS("TransformerDecoder", CLASSIC "activation='relu layer_norm_epsilon=1e-05 normalize_first=true"),
    NORM("layer_norm", "LayerNormalization", "1e-05"),
    END,
};

static const struct lt_hub_layer GPT_NEO_X[] = {
    TOKEN_EMBEDDING("vocabulary_size", "hidden_dim", ""),
    DROPOUT("embeddings_dropout"),
    DECODER_BLOCKS("GPTNeoXDecoder", CLASSIC GELU_TANH
                   "layer_norm_epsilon=layer_norm_epsilon rotary_percentage=rotary_percentage "
                   "rotary_max_wavelength=rotary_max_wavelength max_sequence_length=max_sequence_length"),
    NORM("layer_norm", "LayerNormalization", "layer_norm_epsilon"),
    END,
};

static const struct lt_hub_layer BLOOM[] = {
    TOKEN_EMBEDDING("vocabulary_size", "hidden_dim", ""),
    NORM("embedding_layernorm", "LayerNormalization", "layer_norm_epsilon"),
    DECODER_BLOCKS("BloomDecoder", CLASSIC "layer_norm_epsilon=layer_norm_epsilon"),
    NORM("final_layernorm", "LayerNormalization", "layer_norm_epsilon"),
    END,
};

static const struct lt_hub_layer FALCON[] = {
    TOKEN_EMBEDDING("vocabulary_size", "hidden_dim", ""),
    DECODER_BLOCKS("FalconTransformerDecoder",
                   "num_attention_heads=num_attention_heads intermediate_dim=intermediate_dim "
                   "attention_dropout_rate=attention_dropout_rate feedforward_dropout_rate=feedforward_dropout_rate"),
    NORM("final_layernorm", "LayerNormalization", "layer_norm_epsilon"),
    END,
};

#define GROUPED                                                                                                        \
    "num_query_heads=num_query_heads num_key_value_heads=num_key_value_heads intermediate_dim=intermediate_dim "       \
    "dropout=dropout layer_norm_epsilon=layer_norm_epsilon "
#define LLAMA_LIKE(tied, block, settings, norm)                                                                        \
    {                                                                                                                  \
        TOKEN_EMBEDDING("vocabulary_size", "hidden_dim", " tie_weights=" tied),                                        \
            DECODER_BLOCKS(block, GROUPED "activation='silu " settings),                                               \
            NORM("sequence_output_layernorm", norm, "layer_norm_epsilon"), END                                         \
    }

static const struct lt_hub_layer LLAMA[] =
    LLAMA_LIKE("tie_word_embeddings", "LlamaTransformerDecoder", "", "LlamaLayerNorm");
static const struct lt_hub_layer MISTRAL[] =
    LLAMA_LIKE("false", "MistralTransformerDecoder", "sliding_window=sliding_window head_dim=head_dim",
               "MistralLayerNormalization");
static const struct lt_hub_layer QWEN[] =
    LLAMA_LIKE("tie_word_embeddings", "QwenTransformerDecoder", "", "QwenLayerNorm");
static const struct lt_hub_layer QWEN3[] =
    LLAMA_LIKE("tie_word_embeddings", "Qwen3TransformerDecoder", "head_dim=head_dim", "Qwen3LayerNorm");
static const struct lt_hub_layer PHI3[] = LLAMA_LIKE("false", "Phi3Decoder", "", "Phi3LayerNorm");

#define GEMMA_LIKE(block, settings)                                                                                    \
    {                                                                                                                  \
        TOKEN_EMBEDDING("vocabulary_size", "hidden_dim", " logit_soft_cap=final_logit_soft_cap"),                      \
            {.name = "multiply", .class = ".Multiply", .in = "$, 1.0"},                                                \
            REPEATED("decoder_block_%d", block, "$, padding_mask=padding_mask",                                        \
                     "num_query_heads=num_query_heads num_key_value_heads=num_key_value_heads head_dim=head_dim "      \
                     "intermediate_dim=intermediate_dim dropout=dropout layer_norm_epsilon=layer_norm_epsilon "        \
                     "use_post_ffw_norm=use_post_ffw_norm use_post_attention_norm=use_post_attention_norm " settings), \
            NORM("final_normalization", "RMSNormalization", "layer_norm_epsilon"), END                                 \
    }

static const struct lt_hub_layer GEMMA[] = GEMMA_LIKE("GemmaDecoderBlock", "");
static const struct lt_hub_layer GEMMA3[] = GEMMA_LIKE("Gemma3DecoderBlock", "use_query_key_norm=use_query_key_norm");

/* --- both --------------------------------------------------------------------------------------------------------- */

#define BART_EMBEDDING(part)                                                                                           \
    {.name = "token_embedding",                                                                                        \
     .class = "ReversibleEmbedding",                                                                                   \
     .in = part "_token_ids",                                                                                          \
     .config = "input_dim=vocabulary_size output_dim=hidden_dim"},                                                     \
        {.name = part "_tokens"},                                                                                      \
        {.name = part "_position_embedding",                                                                           \
         .class = "PositionEmbedding",                                                                                 \
         .config = "sequence_length=max_sequence_length"},                                                             \
        {.name = part "_embeddings_add", .class = "Add", .in = part "_tokens, $"},                                     \
        NORM(part "_embeddings_layer_norm", "LayerNormalization", "1e-05"), DROPOUT(part "_embeddings_dropout")

static const struct lt_hub_layer BART[] = {
    BART_EMBEDDING("encoder"),
    REPEATED("transformer_encoder_layer_%d", "TransformerEncoder", "$, padding_mask=encoder_padding_mask",
             CLASSIC "activation='gelu layer_norm_epsilon=1e-05"),
    {.name = "encoder_sequence_output"},
    BART_EMBEDDING("decoder"),
    REPEATED("transformer_decoder_layer_%d", "TransformerDecoder",
             "$, encoder_sequence=encoder_sequence_output, decoder_padding_mask=decoder_padding_mask, "
             "encoder_padding_mask=encoder_padding_mask",
             CLASSIC "activation='gelu layer_norm_epsilon=1e-05"),
    {.name = "decoder_sequence_output"},
    END,
};

/* --- table -------------------------------------------------------------------------------------------------------- */

#define GEMMA_DEFAULTS                                                                                                 \
    "layer_norm_epsilon=1e-06 dropout=0 use_post_ffw_norm=false use_post_attention_norm=false "                        \
    "final_logit_soft_cap=null "

const struct lt_hub_recipe lt_hub_recipes[] = {
    {"BertBackbone", SEGMENTED, "dropout=0.1 max_sequence_length=512 num_segments=2", POOLED_OUTPUTS, BERT},
    {"ElectraBackbone", SEGMENTED, "dropout=0.1 max_sequence_length=512 num_segments=2", POOLED_OUTPUTS, ELECTRA},
    {"AlbertBackbone", SEGMENTED, "dropout=0.0 max_sequence_length=512 num_segments=2 num_groups=1", POOLED_OUTPUTS,
     ALBERT},
    {"RobertaBackbone", TOKENS, "dropout=0.1 max_sequence_length=512", NULL, ROBERTA},
    {"XLMRobertaBackbone", TOKENS, "dropout=0.1 max_sequence_length=512", NULL, ROBERTA},
    {"DistilBertBackbone", TOKENS, "dropout=0.1 max_sequence_length=512", NULL, DISTIL_BERT},
    {"GPT2Backbone", TOKENS, "dropout=0.1 max_sequence_length=1024", NULL, GPT2},
    {"OPTBackbone", TOKENS, "dropout=0.1 max_sequence_length=2048", NULL, OPT},
    {"GPTNeoXBackbone", TOKENS,
     "dropout=0.0 max_sequence_length=512 rotary_percentage=0.25 rotary_max_wavelength=10000 layer_norm_epsilon=1e-05",
     NULL, GPT_NEO_X},
    {"BloomBackbone", TOKENS, "dropout=0.0 layer_norm_epsilon=1e-05", NULL, BLOOM},
    {"FalconBackbone", TOKENS, "layer_norm_epsilon=1e-05 attention_dropout_rate=0 feedforward_dropout_rate=0", NULL,
     FALCON},
    {"LlamaBackbone", TOKENS, "layer_norm_epsilon=1e-06 dropout=0 tie_word_embeddings=false", NULL, LLAMA},
    {"Llama3Backbone", TOKENS, "layer_norm_epsilon=1e-06 dropout=0 tie_word_embeddings=false", NULL, LLAMA},
    {"MistralBackbone", TOKENS, "layer_norm_epsilon=1e-06 dropout=0 sliding_window=512 head_dim=null", NULL, MISTRAL},
    {"QwenBackbone", TOKENS, "layer_norm_epsilon=1e-06 dropout=0 tie_word_embeddings=true", NULL, QWEN},
    {"Qwen3Backbone", TOKENS, "layer_norm_epsilon=1e-06 dropout=0 tie_word_embeddings=true", NULL, QWEN3},
    {"Phi3Backbone", TOKENS, "layer_norm_epsilon=1e-06 dropout=0", NULL, PHI3},
    {"GemmaBackbone", TOKENS, GEMMA_DEFAULTS, NULL, GEMMA},
    {"Gemma3Backbone", TOKENS, GEMMA_DEFAULTS "use_query_key_norm=true", NULL, GEMMA3},
    {"BartBackbone", "encoder_token_ids, encoder_padding_mask, decoder_token_ids, decoder_padding_mask",
     "dropout=0.1 max_sequence_length=1024", "decoder_sequence_output, encoder_sequence_output", BART},
    {.class = NULL},
};
