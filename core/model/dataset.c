#include "core/model/dataset.h"

#include <stddef.h>

#include "core/model/name.h"

#define KERAS(module) LT_EXACT, "Keras 3, datasets/" module ".py"
#define TFDS(page)    LT_EXACT, "TensorFlow Datasets, docs/catalog/" page ".md"
#define MB(value)     ((uint64_t)((value)*1048576))
#define GB(value)     ((uint64_t)((value)*1073741824))
#define KNOWN         LT_ASSUMED, "general knowledge of the dataset; not read in a source"

/* One sample as stored or, where a collection of pictures has one usual size, as it is decoded. */
const struct lt_dataset lt_datasets[] = {
    {"mnist", 60000, 10000, 784, LT_UINT8, 0, KERAS("mnist")},
    {"fashion_mnist", 60000, 10000, 784, LT_UINT8, 0, KERAS("fashion_mnist")},
    {"cifar10", 50000, 10000, 3072, LT_UINT8, 0, KERAS("cifar10")},
    {"cifar100", 50000, 10000, 3072, LT_UINT8, 0, KERAS("cifar100")},
    {"imdb", 25000, 25000, 0, LT_INT32, 0, KERAS("imdb")},
    {"reuters", 8982, 2246, 0, LT_INT32, 0, KERAS("reuters")},
    {"california_housing", 16512, 4128, 8, LT_FLOAT32, 0, KERAS("california_housing")},
    {"boston_housing", 404, 102, 13, LT_FLOAT64, 0, KERAS("boston_housing")},
    {"kmnist", 60000, 10000, 784, LT_UINT8, MB(20.26), TFDS("kmnist")},
    {"emnist_balanced", 112800, 18800, 784, LT_UINT8, 0, KNOWN},
    {"svhn", 73257, 26032, 3072, LT_UINT8, GB(1.47), TFDS("svhn_cropped")},
    {"stl10", 5000, 8000, 27648, LT_UINT8, GB(2.46), TFDS("stl10")},
    {"tiny_imagenet", 100000, 10000, 12288, LT_UINT8, 0, KNOWN},
    {"imagenet", 1281167, 50000, 150528, LT_UINT8, GB(155.84), TFDS("imagenet2012")},
    {"imagenet21k", 14197122, 0, 150528, LT_UINT8, 0, KNOWN},
    {"coco2017", 118287, 5000, 921600, LT_UINT8, 0, KNOWN},
    {"voc2012", 1464, 1449, 0, LT_UINT8, 0, KNOWN},
    {"cityscapes", 2975, 500, 6291456, LT_UINT8, 0, KNOWN},
    {"ade20k", 20210, 2000, 0, LT_UINT8, 0, KNOWN},
    {"food101", 75750, 25250, 0, LT_UINT8, GB(4.65), TFDS("food101")},
    {"flowers102", 1020, 1020, 0, LT_UINT8, MB(336.76), TFDS("oxford_flowers102")},
    {"tf_flowers", 3670, 0, 0, LT_UINT8, MB(218.21), TFDS("tf_flowers")},
    {"oxford_pets", 3680, 3669, 0, LT_UINT8, MB(773.52), TFDS("oxford_iiit_pet")},
    {"cats_vs_dogs", 23262, 0, 0, LT_UINT8, MB(786.68), TFDS("cats_vs_dogs")},
    {"stanford_cars", 8144, 8041, 0, LT_UINT8, GB(1.82), TFDS("cars196")},
    {"stanford_dogs", 12000, 8580, 0, LT_UINT8, MB(778.12), TFDS("stanford_dogs")},
    {"celeba", 162770, 19867, 116412, LT_UINT8, 0, KNOWN},
    {"places365", 1803460, 36500, 196608, LT_UINT8, GB(29.27), TFDS("places365_small")},
    {"eurosat", 27000, 0, 12288, LT_UINT8, MB(89.91), TFDS("eurosat")},
    {"ag_news", 120000, 7600, 0, LT_INT32, MB(11.24), TFDS("ag_news_subset")},
    {"dbpedia", 560000, 70000, 0, LT_INT32, 0, KNOWN},
    {"sst2", 67349, 872, 0, LT_INT32, 0, KNOWN},
    {"mnli", 392702, 9815, 0, LT_INT32, 0, KNOWN},
    {"squad", 87599, 10570, 0, LT_INT32, 0, KNOWN},
    {"qqp", 363846, 40430, 0, LT_INT32, 0, KNOWN},
    {"speech_commands", 105829, 0, 16000, LT_INT16, 0, KNOWN},
    {"librispeech960", 281241, 0, 0, LT_INT16, 0, KNOWN},
    {"esc50", 2000, 0, 0, LT_INT16, 0, KNOWN},
    {"urbansound8k", 8732, 0, 0, LT_INT16, 0, KNOWN},
    {"uci_har", 7352, 2947, 1152, LT_FLOAT32, 0, KNOWN},
    {"jena_climate", 420551, 0, 14, LT_FLOAT64, 0, KNOWN},
    {"higgs", 11000000, 0, 28, LT_FLOAT64, GB(2.62), TFDS("higgs")},
    {"criteo", 45840617, 0, 39, LT_FLOAT32, 0, KNOWN},
    {"movielens1m", 1000209, 0, 0, LT_INT32, 0, KNOWN},
    {"modelnet40", 9843, 2468, 0, LT_FLOAT32, 0, KNOWN},
    {"ucf101", 9537, 3783, 0, LT_UINT8, 0, KNOWN},
};
const int lt_dataset_count = sizeof lt_datasets / sizeof *lt_datasets;

const char *const lt_dataset_names[] = {
    "custom",
    "mnist",
    "fashion_mnist",
    "cifar10",
    "cifar100",
    "imdb",
    "reuters",
    "california_housing",
    "boston_housing",
    "kmnist",
    "emnist_balanced",
    "svhn",
    "stl10",
    "tiny_imagenet",
    "imagenet",
    "imagenet21k",
    "coco2017",
    "voc2012",
    "cityscapes",
    "ade20k",
    "food101",
    "flowers102",
    "tf_flowers",
    "oxford_pets",
    "cats_vs_dogs",
    "stanford_cars",
    "stanford_dogs",
    "celeba",
    "places365",
    "eurosat",
    "ag_news",
    "dbpedia",
    "sst2",
    "mnli",
    "squad",
    "qqp",
    "speech_commands",
    "librispeech960",
    "esc50",
    "urbansound8k",
    "uci_har",
    "jena_climate",
    "higgs",
    "criteo",
    "movielens1m",
    "modelnet40",
    "ucf101",
    NULL,
};

const struct lt_dataset *lt_dataset_find(const char *name)
{
    for (int i = 0; name && i < lt_dataset_count; i++)
        if (lt_name_equal(lt_datasets[i].name, name))
            return &lt_datasets[i];
    return NULL;
}
