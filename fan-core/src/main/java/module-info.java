/** The arithmetic and the words of fan networking; no native code, no I/O beyond a given file. */
module io.fanatic.core {
    requires static transitive org.jspecify;

    exports io.fanatic.core;
}
