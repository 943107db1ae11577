# HDF5=0 builds without .h5 files. Debian's serial library has a name and a folder of headers of its own; its archive needs
# two more for a compression (szip) that it knows.
HDF5 ?= 1
ifeq ($(HDF5),0)
CORE_OBJ := $(filter-out $(patsubst %,$(BUILD)/core/data/%.o,hdf5 hdf5_read hdf5_driver),$(CORE_OBJ))
else
CORE_OBJ := $(filter-out $(BUILD)/core/data/hdf5_none.o,$(CORE_OBJ))
HDF5_INCLUDE := $(firstword $(wildcard /usr/include/hdf5/serial))
HDF5_ARCHIVE := $(firstword $(filter /%,$(call archive,hdf5_serial) $(call archive,hdf5)))
HDF5_NEEDS   := $(foreach name,sz aec,$(filter /%,$(call archive,$(name)))) -lpthread -ldl
LT_CFLAGS    += $(addprefix -isystem ,$(HDF5_INCLUDE))
LT_LIBS      := $(if $(HDF5_ARCHIVE),$(HDF5_ARCHIVE) $(HDF5_NEEDS),$(if $(HDF5_INCLUDE),-lhdf5_serial,-lhdf5)) $(LT_LIBS)
endif
