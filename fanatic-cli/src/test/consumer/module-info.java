/** A program of somebody else's that uses the library as modules. */
module consumer {
    requires io.fanatic.harness;
}
