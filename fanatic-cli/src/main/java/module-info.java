/** The face: fanatic and fanctl. */
module io.fanatic.cli {
    requires io.fanatic.harness;
    requires static transitive org.jspecify;
    requires info.picocli;
    requires com.google.gson;
    requires org.jline;
}
